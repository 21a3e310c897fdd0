#include "simulation/world.hpp"

#include <algorithm>
#include <cstdio>

namespace sluice::testing {

namespace {

constexpr std::uint64_t kib = 1024;

// Everything small, so that segments roll, checkpoints are made and compaction runs all the time.
EngineOptions small_engine(Random& random, Durability durability) {
    EngineOptions options;
    options.durability = durability;
    options.segment_bytes = 64 * kib << random.below(2);
    options.tail_cache_bytes = options.segment_bytes * (1 + random.below(3));
    options.checkpoint_bytes = 64 * kib << random.below(3);
    options.reserve_bytes = 256 * kib;
    options.flush_interval = Duration::from_ms(20);
    options.expire_per_turn = 1 + random.below(8);
    return options;
}

Durability random_durability(Random& random) {
    // Most runs prove the default.
    constexpr Durability choices[] = {Durability::disk, Durability::disk, Durability::disk,
                                      Durability::disk, Durability::os,   Durability::memory};
    return choices[random.below(std::size(choices))];
}

// The first word of an error: "-NOGROUP"; other replies as they are.
std::string without_wording(std::string reply) {
    if (reply.starts_with('-')) reply.resize(std::min(reply.find(' '), reply.size()));
    return reply;
}

std::string shown(const Arguments& arguments) {
    std::string text;
    for (const auto& argument : arguments)
        text += " " + notation::brief(argument);
    return text;
}

}  // namespace

World::World(std::uint64_t seed, const Wrap& wrap)
    : seed_(seed),
      random_(seed),
      weather_(static_cast<Weather>(random_.below(weather_count))),
      durability_(random_durability(random_)),
      disk_(random_.next()),
      files_(disk_),
      wrapped_(wrap ? wrap(files_) : nullptr),
      machine_(wrapped_ ? *wrapped_ : files_, small_engine(random_, durability_)),
      workload_(random_, {.large_body_max = 512ULL << random_.below(6)}) {}

void World::fail(const std::string& what) {
    if (has_failed()) return;
    constexpr const char* weathers[] = {"power cuts",    "kills",        "failed syncs",
                                        "failed writes", "failed reads", "full disk",
                                        "mixed weather"};
    report_.failure = "seed " + std::to_string(seed_) + " (" +
                      weathers[static_cast<std::size_t>(weather_)] + ", durability " +
                      std::string(name_of(durability_)) + "), after " +
                      std::to_string(report_.commands) + " commands and " +
                      std::to_string(report_.crashes) + " crashes: " + what;
}

void World::say(const std::string& what) const {
    if (disk_.shows()) std::printf("%s\n", what.c_str());
}

Report World::run(std::uint64_t steps) {
    restart();
    for (std::uint64_t i = 0; i < steps && !has_failed(); ++i) {
        turn();
        if (!has_failed()) misfortune();
    }
    if (!has_failed()) finish();
    if (machine_.is_running()) {
        const auto statistics = machine_.engine().statistics();
        report_.checkpoints += statistics.checkpoints;
        report_.compactions += statistics.compacted_segments;
    }
    trace_.add(disk_.trace_hash());
    report_.trace_hash = trace_.hash();
    report_.faults = disk_.faults_hit();
    return report_;
}

void World::connect_clients() {
    clients_.clear();
    constexpr std::size_t client_count = 4;
    for (std::size_t i = 0; i < client_count; ++i) {
        clients_.emplace_back();
        clients_.back().number = machine_.connect();
        if (i + 1 < client_count) continue;
        // The last one works in the other database. Its +OK waits for nothing.
        clients_.back().database = 1;
        machine_.send(clients_.back().number, encode_command({"SELECT", "1"}));
        clients_.back().awaited.push_back({.step = SIZE_MAX, .reply = "+OK"});
    }
}

// --- a turn -------------------------------------------------------------------------------------

void World::turn() {
    pass_time();
    machine_.begin_turn();
    if (!one_in(4)) send_commands();
    machine_.on_time();
    do_some_io();
    machine_.on_journal_advanced();
    receive_replies();
    machine_.end_turn();
}

void World::pass_time() {
    const auto passed = Duration::from_ms(static_cast<std::int64_t>(random_.below(15)));
    machine_.mono = machine_.mono + passed;
    machine_.wall = machine_.wall + passed;
    if (one_in(64)) jump_clock();
    history_.note_time(machine_.wall.ms());
}

// The wall clock is set; the monotonic one does not notice.
void World::jump_clock() {
    const auto distance = static_cast<std::int64_t>(random_.below(20'000));
    if (one_in(2)) {
        machine_.wall = machine_.wall + Duration::from_ms(distance);
        return;
    }
    // Before the clock goes back, the store must have noticed what has expired, or it would live
    // again; whether it has is not for the model to know.
    machine_.begin_turn();
    for (auto& client : clients_) {
        Arguments all{"EXISTS"};
        for (const char type : std::string("shzx")) {
            for (int i = 0; i < 4; ++i)
                all.push_back(type + std::to_string(i));
        }
        send_command(client, all);
    }
    machine_.end_turn();
    machine_.wall = machine_.wall + Duration::from_ms(-distance);
}

void World::send_commands() {
    const auto count = 1 + random_.below(6);
    for (std::uint64_t i = 0; i < count; ++i) {
        auto& client = clients_[random_.below(clients_.size())];
        if (!reads_may_fail_ && one_in(20)) {
            send_transaction(client);
            continue;
        }
        const auto command = workload_.next(history_.models()[client.database]);
        if (may_run(command)) send_command(client, command);
    }
}

// A read that fails keeps a delivery from happening. Whether it does is known to the store only, so
// what delivers is not sent while reads fail.
bool World::may_run(const Arguments& command) const {
    const auto& name = command[0];
    const bool delivers = name == "XREADGROUP" || name == "XCLAIM" || name == "XAUTOCLAIM";
    return !(delivers && reads_may_fail_);
}

void World::send_command(Client& client, const Arguments& arguments) {
    ++report_.commands;
    Step step{.database = client.database, .commands = {}, .wall_ms = machine_.wall.ms()};
    const bool refused = machine_.refuses(arguments);
    say("step " + std::to_string(history_.size()) + ":" + shown(arguments) +
        (refused ? " (refused)" : ""));
    if (!refused) step.commands.push_back(arguments);
    const auto replies = history_.add(step);
    client.awaited.push_back(
        {.step = history_.size() - 1, .reply = refused ? "(refused)" : replies[0]});
    const auto bytes = encode_command(arguments);
    const auto split = one_in(4) ? random_.below(bytes.size()) : 0;
    machine_.send(client.number, std::string_view(bytes).substr(0, split));
    machine_.send(client.number, std::string_view(bytes).substr(split));
    trace_.add(bytes);
}

void World::send_transaction(Client& client) {
    Step step{.database = client.database, .commands = {}, .wall_ms = machine_.wall.ms()};
    std::string bytes = encode_command({"MULTI"});
    const auto count = 1 + random_.below(4);
    for (std::uint64_t i = 0; i < count; ++i) {
        auto command = workload_.next(history_.models()[client.database]);
        if (machine_.refuses(command)) return;
        bytes += encode_command(command);
        step.commands.push_back(std::move(command));
    }
    bytes += encode_command({"EXEC"});
    report_.commands += count;
    const auto replies = history_.add(step);
    const auto index = history_.size() - 1;
    say("step " + std::to_string(index) + ": a transaction");
    for (const auto& command : step.commands)
        say("   " + shown(command));
    client.awaited.push_back({.step = SIZE_MAX, .reply = "+OK"});
    for (std::uint64_t i = 0; i < count; ++i) {
        client.awaited.push_back({.step = SIZE_MAX, .reply = "+QUEUED"});
    }
    client.awaited.push_back({.step = index, .reply = notation::list(replies)});
    machine_.send(client.number, bytes);
    trace_.add(bytes);
}

void World::do_some_io() {
    if (one_in(2)) machine_.take_job();
    if (const auto waiting = machine_.waiting_jobs(); waiting > 0 && !one_in(3)) {
        say("  run a job");
        machine_.run_job(random_.below(waiting));
    }
    if (const auto done = machine_.done_jobs(); done > 0 && !one_in(3)) {
        machine_.finish_job(random_.below(done));
    }
    if (one_in(2)) {
        say("  write what is pending");
        machine_.engine().write_pending();
    }
}

// --- replies ------------------------------------------------------------------------------------

void World::receive_replies() {
    if (!disk_.has_power()) return;  // nobody hears a dead machine
    for (auto& client : clients_) {
        const auto bytes = machine_.receive(client.number);
        trace_.add(bytes);
        client.parser.feed(bytes);
        while (!has_failed()) {
            const auto reply = client.parser.next();
            if (!reply.has_value())
                return fail("bytes that are no reply: " + reply.error().message);
            if (!reply->has_value()) break;
            check_reply(client, **reply);
        }
    }
}

namespace {

// The replies inside of a transaction's reply are compared without the wording of errors too.
std::string comparable(const Reply& reply) {
    if (reply.kind != Reply::Kind::array) return without_wording(printed(reply));
    std::vector<std::string> items;
    for (const auto& element : reply.elements)
        items.push_back(without_wording(printed(element)));
    return notation::list(items);
}

// A reply that ends in front of an entry that could not be read.
bool is_beginning_of(std::string real, const std::string& whole) {
    while (real.ends_with(']'))
        real.pop_back();
    return real.size() > 1 && whole.starts_with(real + "]");
}

}  // namespace

void World::check_reply(Client& client, const Reply& reply) {
    if (client.awaited.empty()) return fail("a reply that nobody asked for: " + printed(reply));
    const auto awaited = client.awaited.front();
    client.awaited.pop_front();
    const auto real = comparable(reply);
    if (awaited.reply == "(refused)") {
        ++report_.refusals;
        if (real != "-DISKFULL" && real != "-MISCONF") fail("not refused as it should be: " + real);
        return;
    }
    const bool could_not_read =
        reads_may_fail_ && (real == "-IOERR" || is_beginning_of(real, awaited.reply));
    if (real != awaited.reply && !could_not_read) {
        const auto& commands = history_.step(awaited.step).commands;
        return fail("reply to" + (commands.empty() ? "" : shown(commands[0])) + "\n  is       " +
                    real.substr(0, 600) + "\n  expected " + awaited.reply.substr(0, 600));
    }
    if (awaited.step == SIZE_MAX) return;
    required_ = std::max(required_, history_.dependency(awaited.step));
    say("reply to step " + std::to_string(awaited.step) + ", required " +
        std::to_string(required_));
}

}  // namespace sluice::testing
