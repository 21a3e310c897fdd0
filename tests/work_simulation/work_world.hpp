// A work queue on a simulated machine: producers, workers of several groups, an operator, and their
// bad luck, all from one seed. Books (work_book.hpp) say when something is seen that cannot be.
//
// Luck       workers settle in every way, hang past their leases and come back late, and vanish;
//            the process is killed, or the power goes; the wall clock jumps
// Promise    one seed gives one history
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "io/random.hpp"
#include "resp/reply_parser.hpp"
#include "simulation/machine.hpp"
#include "simulation/sim_disk.hpp"
#include "simulation/sim_file_system.hpp"
#include "simulation/trace.hpp"
#include "work_simulation/work_book.hpp"

namespace sluice::testing {

struct WorkReport {
    std::string failure;  // empty when all is well
    std::uint64_t trace_hash = 0;
    std::uint64_t published = 0;
    std::uint64_t deliveries = 0;
    std::uint64_t lost_leases = 0;
    std::uint64_t dead = 0;
    std::uint64_t replayed = 0;
    std::uint64_t crashes = 0;

    void add(const WorkReport& other);
};

class WorkWorld {
  public:
    explicit WorkWorld(std::uint64_t seed);
    WorkReport run(std::uint64_t steps);

  private:
    // Power cuts need a wall clock that tells how long the machine was off; kills do not.
    enum class Weather : std::uint8_t { fair, kills, power_cuts };
    // A lease that a worker holds, and when it will do something about it.
    struct Held {
        std::size_t queue = 0;
        Settle settle;
        std::string line;
        MonoTime act_at;
    };
    // What a client waits for.
    struct Asked {
        enum class Kind : std::uint8_t { publish, lease, settle, withhold, list, replay };
        Kind kind = Kind::publish;
        std::uint64_t number = 0;  // of the command, in the order of execution
        std::size_t queue = 0;     // stream and group; of publish: the stream
        std::string line = {};
        Settle settle = {};
        EntryId original = {};
        Duration withheld = {};
        MonoTime at = {};
    };
    struct Client {
        std::size_t number = 0;  // of the machine
        std::string name;
        std::unique_ptr<ReplyParser> parser;
        std::optional<Asked> asked;
        std::vector<Held> held;
    };
    struct DeadLetter {
        std::string stream;
        std::string id;
        std::string group;
        std::string line;
        WorkBook::FoundDead found;
    };
    using Answer = std::pair<Asked, Reply>;

    void start();
    void set_up_groups();
    void connect(Client& client);
    void turn(bool is_lucky);
    void pass_time();
    void act(Client& client, bool is_lucky);
    void ask(Client& client, Asked asked, const Arguments& arguments);
    void publish(Client& client);
    void lease(Client& client);
    void settle(Client& client, Held held, bool is_lucky);
    void withhold(Client& client, const Held& held);
    void operate(Client& client);
    void do_some_io();
    void receive();
    void take(Client& client, const Answer& answer);
    void take_leases(Client& client, const Answer& answer);
    void take_dead_letters(const Answer& answer);
    void vanish(Client& client);
    void forget_asked(Client& client);
    void crash();
    void drain();
    bool is_idle();
    void audit();
    std::vector<DeadLetter> read_dead_letters(const std::string& stream);
    void fail(const std::string& what);
    bool has_failed() const { return !report_.failure.empty(); }
    void look_for_faults();

    std::uint64_t seed_;
    Random random_;
    Weather weather_;
    SimDisk disk_;
    SimFileSystem files_;
    std::uint64_t boot_ = 1;
    std::unique_ptr<Machine> machine_;
    std::vector<WorkBook> books_;  // by queue: stream and group
    std::vector<Client> clients_;  // producers first, then workers, then the operator
    std::deque<DeadLetter> dead_letters_;
    std::uint64_t commands_ = 0;
    Trace trace_;
    WorkReport report_;
};

}  // namespace sluice::testing
