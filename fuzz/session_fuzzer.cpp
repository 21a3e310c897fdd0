// Hostile bytes into a whole session, with a store behind it. Nothing crashes, the output stays
// bounded, and after a protocol error nothing that follows has any effect.
#include <cstdint>
#include <string>

#include "simulation/dump.hpp"
#include "simulation/machine.hpp"
#include "simulation/sim_file_system.hpp"

namespace {

using namespace sluice;
using namespace sluice::testing;

constexpr std::uint64_t kib = 1024;

EngineOptions small_engine() {
    EngineOptions options;
    options.segment_bytes = 1024 * kib;
    options.tail_cache_bytes = 1024 * kib;
    options.reserve_bytes = 64 * kib;
    return options;
}

// A store that lives as long as the process: opening one for each input would take most of the
// time. Each input begins with an empty keyspace.
class Store {
  public:
    Store() : files_(disk_), machine_(files_, small_engine()) {
        SLUICE_CHECK(machine_.start().has_value(), "a new store starts");
    }

    void run(std::string_view bytes) {
        machine_.call({"FLUSHALL"});
        machine_.call({"XADD", "x", "1-1", "f", "v"});
        machine_.call({"XGROUP", "CREATE", "x", "g", "0"});
        machine_.begin_turn();
        const auto client = machine_.connect();
        const auto half = bytes.size() / 2;
        machine_.send(client, bytes.substr(0, half));
        machine_.send(client, bytes.substr(half));
        machine_.on_journal_advanced();
        machine_.end_turn();
        machine_.settle();
        constexpr std::size_t output_max = 64 << 20;
        SLUICE_CHECK(machine_.receive(client).size() < output_max, "the output is bounded");
        check_closed(client);
        SLUICE_CHECK(machine_.call({"PING"}).has_value(), "the store still answers others");
    }

  private:
    // Bytes behind a protocol error are not commands.
    void check_closed(std::size_t client) {
        if (!machine_.wants_close(client)) return machine_.disconnect(client);
        const auto before = machine_.call({"DBSIZE"});
        machine_.send(client, "\r\n*3\r\n$3\r\nSET\r\n$7\r\nphantom\r\n$1\r\n1\r\n");
        machine_.settle();
        SLUICE_CHECK(machine_.call({"DBSIZE"}) == before, "a closed session runs no commands");
        machine_.disconnect(client);
    }

    SimDisk disk_{1};
    SimFileSystem files_;
    Machine machine_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static Store store;
    store.run({reinterpret_cast<const char*>(data), size});
    return 0;
}
