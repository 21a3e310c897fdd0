// A small store in which one file is replaced by fuzz input: opening it must end in a store that
// serves what was written, or in words.
#pragma once

#include <string>
#include <string_view>

#include "simulation/machine.hpp"
#include "simulation/sim_file_system.hpp"

namespace sluice::testing {

class DamagedStore {
  public:
    // Writes a store with a few keys of each type and makes a checkpoint.
    DamagedStore() {
        SimFileSystem files(disk_);
        Machine machine(files, options());
        SLUICE_CHECK(machine.start().has_value(), "a new store starts");
        for (const auto& command : commands())
            machine.call(command);
        machine.begin_turn();
        machine.engine().request_checkpoint();
        machine.end_turn();
        machine.settle();
        for (const auto& command : commands())
            machine.call(command);
        machine.settle();
        disk_.cut_power();
        machine.stop();
        disk_.restart_process();
    }

    // The file with this prefix whose name is the last.
    std::string file_with(std::string_view prefix) const {
        std::string found;
        for (const auto& name : disk_.names_at_rest()) {
            if (name.starts_with(prefix)) found = name;
        }
        SLUICE_CHECK(!found.empty(), "the store has such a file");
        return found;
    }
    std::string bytes_of(const std::string& name) const { return disk_.bytes_at_rest(name); }

    // Opens a copy in which the first bytes of this file are replaced, and reads all of it.
    void open_with(const std::string& name, std::string_view begin) const {
        SimDisk disk = disk_;
        std::string bytes = disk.bytes_at_rest(name);
        if (bytes.size() < begin.size()) bytes.resize(begin.size());
        bytes.replace(0, begin.size(), begin);
        disk.replace_at_rest(name, std::move(bytes));
        SimFileSystem files(disk);
        Machine machine(files, options());
        if (!machine.start().has_value()) return;
        for (const auto* command : {"KEYS", "DBSIZE"}) {
            Arguments arguments{command};
            if (arguments[0] == "KEYS") arguments.emplace_back("*");
            SLUICE_CHECK(machine.call(arguments).has_value(), "an opened store answers");
        }
        SLUICE_CHECK(machine.call({"XRANGE", "x", "-", "+"}).has_value(), "it answers");
    }

  private:
    static EngineOptions options() {
        EngineOptions options;
        options.segment_bytes = 64 << 10;
        options.tail_cache_bytes = 64 << 10;
        options.reserve_bytes = 64 << 10;
        return options;
    }
    static std::vector<Arguments> commands() {
        return {
            {"XADD", "x", "*", "field", "value"},
            {"XADD", "x", "*", "field", "another"},
            {"XGROUP", "CREATE", "x", "g", "0"},
            {"XREADGROUP", "GROUP", "g", "c", "COUNT", "1", "STREAMS", "x", ">"},
            {"SET", "s", "text"},
            {"HSET", "h", "f", "1", "g", "2"},
            {"ZADD", "z", "1", "a", "2", "b"},
            {"PEXPIRE", "s", "100000"},
            {"XDEL", "x", "1-1"},
            {"DEL", "gone"},
        };
    }

    SimDisk disk_{1};
};

}  // namespace sluice::testing
