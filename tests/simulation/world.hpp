// A store, its clients, its disk and their bad luck, all from one seed; checked against the model.
//
// Checks     every reply is the model's reply
//            after a crash: the state is the fold of a prefix of the commands, and the prefix holds
//            everything that a client was told (P1, P2), also after a failed sync (P12)
//            a full disk refuses what grows and nothing else, and publishing resumes (P13)
//            ids of a stream increase (P4); nothing that a crash leaves is taken for damage (P3)
//            when the faults stop, everything that was asked is answered
// Promise    one seed gives one trace hash
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "io/random.hpp"
#include "resp/reply_parser.hpp"
#include "simulation/history.hpp"
#include "simulation/machine.hpp"
#include "simulation/sim_disk.hpp"
#include "simulation/sim_file_system.hpp"
#include "simulation/trace.hpp"
#include "simulation/workload.hpp"

namespace sluice::testing {

// What goes wrong in a run.
enum class Weather : std::uint8_t {
    power_cuts,
    kills,
    failed_syncs,
    failed_writes,
    failed_reads,
    full_disk,
    mixed,
};
constexpr std::size_t weather_count = 7;

struct Report {
    std::uint64_t trace_hash = 0;
    std::string failure;  // empty when all is well
    std::uint64_t commands = 0;
    std::uint64_t crashes = 0;
    std::uint64_t faults = 0;
    std::uint64_t refusals = 0;
    std::uint64_t checkpoints = 0;
    std::uint64_t compactions = 0;
};

class World {
  public:
    // Wraps the disk's file system: a canary that lies, and must be found out.
    using Wrap = std::function<std::unique_ptr<FileSystem>(FileSystem&)>;

    explicit World(std::uint64_t seed, const Wrap& wrap = {});

    Report run(std::uint64_t steps);
    // Prints everything that happens: for whoever hunts a failing seed.
    void show() { disk_.show_operations(); }

  private:
    // A reply that is to come: of which step, and what it says.
    struct Awaited {
        std::size_t step = 0;
        std::string reply;
    };
    struct Client {
        std::size_t number = 0;  // of the machine
        std::size_t database = 0;
        std::deque<Awaited> awaited;
        ReplyParser parser;
    };

    // --- the parts of a turn (world.cpp) ---
    void turn();
    void pass_time();
    void jump_clock();
    void send_commands();
    bool may_run(const Arguments& command) const;
    void send_command(Client& client, const Arguments& arguments);
    void send_transaction(Client& client);
    void do_some_io();
    void receive_replies();
    void check_reply(Client& client, const Reply& reply);

    // --- bad luck (world_faults.cpp) ---
    void misfortune();
    void plan_fault();
    void tighten_disk();
    void loosen_disk();
    void crash();
    void restart();
    bool start_machine();
    void check_recovery();
    void finish();
    void check_space();
    Dumps dump_real();
    void drop_masked_keys(const Dumps& unmasked);

    void connect_clients();
    void fail(const std::string& what);
    void say(const std::string& what) const;
    bool has_failed() const { return !report_.failure.empty(); }
    bool one_in(std::uint64_t n) { return random_.one_in(n); }

    std::uint64_t seed_;
    Random random_;
    Weather weather_;
    Durability durability_;
    SimDisk disk_;
    SimFileSystem files_;
    std::unique_ptr<FileSystem> wrapped_;
    Machine machine_;
    Workload workload_;
    History history_;
    std::vector<Client> clients_;
    std::size_t required_ = 0;  // the position that must survive
    bool reads_may_fail_ = false;
    std::uint64_t faults_before_ = 0;  // faults hit before this life of the store
    Trace trace_;
    Report report_;
};

}  // namespace sluice::testing
