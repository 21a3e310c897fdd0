#include "simulation/scripted_run.hpp"

#include <algorithm>

namespace sluice::testing {

namespace {

constexpr std::uint64_t kib = 1024;

void add(Script& script, std::initializer_list<Arguments> commands) {
    script.commands.insert(script.commands.end(), commands);
}

Script publish_and_consume() {
    Script script{.name = "publish_and_consume", .commands = {}};
    add(script, {{"XGROUP", "CREATE", "x", "g", "0", "MKSTREAM"},
                 {"XADD", "x", "*", "f", "one"},
                 {"XADD", "x", "*", "f", "two"},
                 {"XREADGROUP", "GROUP", "g", "c", "COUNT", "2", "STREAMS", "x", ">"},
                 {"XACK", "x", "g", "0-1"},
                 {"!settle"},
                 {"XADD", "x", "*", "f", "three"},
                 {"XAUTOCLAIM", "x", "g", "d", "0", "0-0"},
                 {"XGROUP", "DELCONSUMER", "x", "g", "c"},
                 {"XTRIM", "x", "MAXLEN", "=", "1"}});
    return script;
}

Script documents() {
    Script script{.name = "documents", .commands = {}};
    add(script, {{"SET", "s", "1"},
                 {"INCRBY", "s", "41"},
                 {"HSET", "h", "f", "a", "g", "b"},
                 {"ZADD", "z", "1", "m"},
                 {"RENAME", "s", "t"},
                 {"HDEL", "h", "f", "g"},
                 {"DEL", "z"},
                 {"SET", "z", "again"},
                 {"PEXPIRE", "t", "100000"},
                 {"FLUSHDB"},
                 {"SET", "s", "end"}});
    return script;
}

// Enough for several segments of 64 KiB.
Script segments_that_roll() {
    Script script{.name = "segments_that_roll", .commands = {}};
    for (int i = 0; i < 14; ++i) {
        add(script, {{"XADD", "x", "*", "f", std::string(12 * kib, static_cast<char>('a' + i))}});
    }
    add(script, {{"XTRIM", "x", "MAXLEN", "=", "2"}, {"!checkpoint"}, {"!settle"}, {"XLEN", "x"}});
    return script;
}

Script checkpoints_between_changes() {
    Script script{.name = "checkpoints_between_changes", .commands = {}};
    for (int i = 0; i < 3; ++i) {
        add(script, {{"SET", "s", std::to_string(i)},
                     {"!checkpoint"},
                     {"XADD", "x", "*", "f", "v"},
                     {"HSET", "h", "f" + std::to_string(i), "v"},
                     {"!turn"},
                     {"DEL", "s"}});
    }
    add(script, {{"!settle"}, {"SET", "last", "1"}});
    return script;
}

// One entry of each segment stays, so that the segments are worth compacting.
Script compaction() {
    Script script{.name = "compaction", .commands = {}};
    for (int i = 0; i < 12; ++i) {
        const std::string stream = i % 4 == 0 ? "keep" : "drop";
        add(script,
            {{"XADD", stream, "*", "f", std::string(15 * kib, static_cast<char>('a' + i))}});
    }
    add(script, {{"DEL", "drop"},
                 {"!checkpoint"},
                 {"!settle"},
                 {"!compaction"},
                 {"XADD", "keep", "*", "f", "during"},
                 {"!turn"},
                 {"!turn"},
                 {"!settle"},
                 {"!checkpoint"},
                 {"!settle"},
                 {"!checkpoint"},
                 {"!settle"},
                 {"XRANGE", "keep", "-", "+"}});
    return script;
}

Reply no_reply() {
    Reply reply;
    reply.kind = Reply::Kind::error;
    return reply;
}

}  // namespace

const std::vector<Script>& scripts() {
    static const std::vector<Script> all{publish_and_consume(), documents(), segments_that_roll(),
                                         checkpoints_between_changes(), compaction()};
    return all;
}

EngineOptions smallest_engine() {
    EngineOptions options;
    options.segment_bytes = 64 * kib;
    options.tail_cache_bytes = 64 * kib;
    options.checkpoint_bytes = 1024 * kib;
    options.reserve_bytes = 64 * kib;
    options.flush_interval = Duration::from_ms(20);
    return options;
}

void ScriptedRun::run() {
    Machine machine(files_, smallest_engine());
    const auto started = machine.start();
    if (started.has_value()) {
        machine.begin_turn();
        const auto client = machine.connect();
        machine.end_turn();
        for (const auto& command : script_.commands) {
            if (!disk_.has_power()) break;
            perform(machine, client, command);
        }
        if (disk_.has_power()) machine.settle();
        if (disk_.has_power()) receive(machine, client);
    }
    disk_.cut_power();
    machine.stop();
}

void ScriptedRun::perform(Machine& machine, std::size_t client, const Arguments& command) {
    if (command[0] == "!settle") return machine.settle();
    if (command[0] == "!turn") return turn(machine, client);
    if (command[0] == "!checkpoint") return machine.engine().request_checkpoint();
    if (command[0] == "!compaction") return machine.engine().request_compaction();
    machine.begin_turn();
    const bool refused = machine.refuses(command);
    Step step{.database = 0, .commands = {}, .wall_ms = machine.wall.ms()};
    if (!refused) step.commands.push_back(command);
    const auto replies = history_.add(step);
    awaited_.push_back(refused ? "(refused)" : replies[0]);
    machine.send(client, encode_command(command));
    machine.end_turn();
    turn(machine, client);
}

// The I/O thread lags behind in a way that is always the same.
void ScriptedRun::turn(Machine& machine, std::size_t client) {
    ++turns_;
    machine.mono = machine.mono + Duration::from_ms(7);
    machine.wall = machine.wall + Duration::from_ms(7);
    machine.begin_turn();
    machine.on_time();
    machine.take_job();
    if (turns_ % 3 != 0) machine.run_job();
    if (turns_ % 2 == 0) machine.finish_job();
    machine.engine().write_pending();
    machine.on_journal_advanced();
    machine.end_turn();
    receive(machine, client);
}

void ScriptedRun::receive(Machine& machine, std::size_t client) {
    if (!disk_.has_power()) return;  // nobody hears a dead machine
    parser_.feed(machine.receive(client));
    while (failure_.empty()) {
        const auto reply = parser_.next();
        if (!reply.has_value() || !reply->has_value()) return;
        auto text = printed(**reply);
        if (text.starts_with('-')) text.resize(std::min(text.find(' '), text.size()));
        const auto& expected = awaited_[received_];
        const bool is_right =
            text == expected ||
            (expected == "(refused)" && (text == "-DISKFULL" || text == "-MISCONF")) ||
            (disk_.faults_hit() > 0 && text == "-IOERR");
        if (!is_right) {
            failure_ = script_.name + ": reply " + std::to_string(received_) + " is " +
                       text.substr(0, 200) + ", expected " + expected.substr(0, 200);
        }
        required_ = std::max(required_, history_.dependency(received_));
        ++received_;
    }
}

std::string ScriptedRun::check(SimDisk& disk) const {
    SimFileSystem files(disk);
    Machine machine(files, smallest_engine());
    const auto started = machine.start();
    if (!started.has_value()) return "does not start: " + started.error().message;
    if (machine.engine().statistics().damaged_ranges > 0) {
        std::string notes = "a crash was taken for damage";
        for (const auto& note : machine.engine().recovery_notes())
            notes += "\n  " + note;
        return notes;
    }
    std::string lost_reply;
    const Call call = [&](const Arguments& arguments) {
        auto reply = machine.call(arguments);
        if (!reply.has_value()) lost_reply = arguments[0];
        if (!reply.has_value()) return no_reply();
        return std::move(*reply);
    };
    Dumps real;
    auto dump = dump_store(call);
    if (!lost_reply.empty()) return "no reply to " + lost_reply;
    if (!dump.has_value()) return "the dump is refused: " + dump.error().message;
    real[0] = std::move(*dump);
    history_.mask_expired(real);
    std::string difference;
    if (history_.find(real, required_, difference).has_value()) return {};
    return "not a prefix from " + std::to_string(required_) + " to " +
           std::to_string(history_.size()) + ": " + difference;
}

}  // namespace sluice::testing
