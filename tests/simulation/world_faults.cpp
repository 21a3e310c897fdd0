// What goes wrong in a World, and what must be true afterwards.
#include <algorithm>

#include "simulation/world.hpp"

namespace sluice::testing {

namespace {

constexpr std::uint64_t kib = 1024;

}  // namespace

// --- faults -------------------------------------------------------------------------------------

void World::misfortune() {
    if (machine_.is_running() && !disk_.has_power()) return crash();
    // A poisoned store stays up to be read; sooner or later somebody restarts it.
    const bool is_poisoned = machine_.engine().statistics().poisoned;
    if (is_poisoned ? one_in(12) : one_in(150)) return crash();
    if (one_in(60)) plan_fault();
    if (disk_.quota() < (1ULL << 30) && one_in(40)) loosen_disk();
}

void World::plan_fault() {
    const auto kind =
        weather_ == Weather::mixed ? static_cast<Weather>(random_.below(weather_count)) : weather_;
    SimDisk::Fault fault{.pass = random_.below(4), .is_sticky = one_in(4)};
    switch (kind) {
        case Weather::power_cuts:
        case Weather::kills:
        case Weather::mixed:
            return disk_.crash_after(random_.below(20));
        case Weather::full_disk:
            return tighten_disk();
        case Weather::failed_syncs:
            fault.operation = one_in(3)   ? DiskOperation::sync_directory
                              : one_in(2) ? DiskOperation::sync
                                          : DiskOperation::write_durable;
            break;
        case Weather::failed_writes:
            fault.operation = one_in(3)   ? DiskOperation::create
                              : one_in(3) ? DiskOperation::write_uncached
                                          : DiskOperation::write;
            if (one_in(3)) fault.code = Errc::limit;
            break;
        case Weather::failed_reads:
            fault.operation = DiskOperation::read;
            reads_may_fail_ = true;
            break;
    }
    disk_.plan(fault);
}

void World::tighten_disk() {
    disk_.set_quota(disk_.used_bytes() + random_.below(256 * kib));
}

void World::loosen_disk() {
    disk_.set_quota(1ULL << 40);
}

// --- crashes ------------------------------------------------------------------------------------

void World::crash() {
    ++report_.crashes;
    const auto statistics = machine_.engine().statistics();
    report_.checkpoints += statistics.checkpoints;
    report_.compactions += statistics.compacted_segments;
    disk_.cut_power();
    machine_.stop();
    const bool only_the_process =
        weather_ == Weather::kills || (weather_ == Weather::mixed && one_in(2));
    RandomChooser chooser(random_);
    if (only_the_process) {
        disk_.restart_process();
    } else {
        disk_.crash(chooser);
    }
    say(only_the_process ? "the process dies" : "power cut");
    // What a level of durability does not promise may be gone. What only the kernel has does not
    // survive a failed sync either: it is not on the device, and recovery believes the device.
    const bool has_fault = disk_.faults_hit() > faults_before_;
    faults_before_ = disk_.faults_hit();
    const bool is_promised = durability_ == Durability::disk ||
                             (durability_ == Durability::os && only_the_process && !has_fault);
    if (!is_promised) required_ = 0;
    disk_.clear_faults();
    reads_may_fail_ = false;
    if (disk_.quota() < (1ULL << 30) && one_in(2)) loosen_disk();
    restart();
}

void World::restart() {
    // The power may go again while the store recovers.
    if (report_.crashes > 0 && one_in(3)) disk_.crash_after(random_.below(40));
    for (int attempt = 0; attempt < 8; ++attempt) {
        if (start_machine()) break;
        if (has_failed()) return;
    }
    if (!machine_.is_running()) return fail("the store does not start after eight attempts");
    check_recovery();
    if (has_failed()) return;
    required_ = 0;
    connect_clients();
}

bool World::start_machine() {
    // Another boot, another monotonic clock.
    machine_.mono = MonoTime::from_ms(static_cast<std::int64_t>(1000 + random_.below(1'000'000)));
    say("start");
    const auto started = machine_.start();
    if (started.has_value() && disk_.has_power()) {
        disk_.keep_power();
        return true;
    }
    if (disk_.has_power()) {
        // A disk that is full or broken may keep the store from starting, but not for ever.
        const bool is_full = disk_.quota() < (1ULL << 30) && started.error().code == Errc::limit;
        if (!is_full) fail("does not start: " + started.error().message);
        loosen_disk();
        return false;
    }
    machine_.stop();
    RandomChooser chooser(random_);
    disk_.crash(chooser);
    if (durability_ != Durability::disk) required_ = 0;
    return false;
}

Dumps World::dump_real() {
    Dumps dumps;
    const Call call = [this](const Arguments& arguments) {
        auto reply = machine_.call(arguments);
        if (reply.has_value()) return std::move(*reply);
        fail("no reply comes to " + arguments[0]);
        Reply none;
        none.kind = Reply::Kind::error;
        return none;
    };
    for (std::size_t i = 0; i < database_count && !has_failed(); ++i) {
        call({"SELECT", std::to_string(i)});
        auto dump = dump_store(call);
        if (!dump.has_value()) {
            fail("the dump is refused: " + dump.error().message);
            break;
        }
        dumps[i] = std::move(*dump);
    }
    return dumps;
}

void World::check_recovery() {
    history_.note_time(machine_.wall.ms());
    const auto& engine = machine_.engine();
    std::string notes;
    for (const auto& note : engine.recovery_notes())
        notes += "\n  note: " + note;
    if (engine.statistics().damaged_ranges > 0) {
        return fail("a crash was taken for damage" + notes);
    }
    const auto unmasked = dump_real();
    if (has_failed()) return;
    Dumps real = unmasked;
    history_.mask_expired(real);
    std::string difference;
    auto match = history_.find(real, required_, difference);
    if (!match.has_value()) {
        return fail("the recovered state is not that of a prefix from " +
                    std::to_string(required_) + " to " + std::to_string(history_.size()) + "\n  " +
                    difference + notes);
    }
    trace_.add(match->position);
    history_.restart(match->models);
    drop_masked_keys(unmasked);
}

// Of keys that expired around the crash nobody can say whether they are there: remove them.
void World::drop_masked_keys(const Dumps& unmasked) {
    auto models = history_.models();
    for (std::size_t i = 0; i < database_count; ++i) {
        std::set<std::string> names;
        for (const auto& [name, key] : unmasked[i]) {
            if (key.expires_ms.value_or(INT64_MAX) <= history_.wall_ms_max()) names.insert(name);
        }
        for (const auto& [name, key] : models[i].keys()) {
            if (key.expires_ms.value_or(INT64_MAX) <= history_.wall_ms_max()) names.insert(name);
        }
        if (names.empty()) continue;
        machine_.call({"SELECT", std::to_string(i)});
        for (const auto& name : names) {
            machine_.call({"DEL", name});
            models[i].remove(name);
        }
    }
    history_.restart(models);
}

// --- the end ------------------------------------------------------------------------------------

void World::finish() {
    disk_.clear_faults();
    disk_.keep_power();
    loosen_disk();
    // A job that failed before may come back only now.
    for (int i = 0; i < 2 && !has_failed(); ++i) {
        if (!disk_.has_power() || machine_.engine().statistics().poisoned) crash();
        if (!has_failed()) machine_.settle();
    }
    if (has_failed()) return;
    // At most five seconds after space came back everything is taken again.
    for (int i = 0; i < 50; ++i) {
        machine_.mono = machine_.mono + Duration::from_ms(100);
        machine_.settle();
    }
    receive_replies();
    reads_may_fail_ = false;
    if (machine_.engine().statistics().poisoned) return fail("poisoned although nothing failed");
    if (!machine_.engine().admit_write(true).has_value()) {
        return fail("writes do not resume: " + machine_.engine().admit_write(true).error().message);
    }
    for (const auto& client : clients_) {
        if (!client.awaited.empty()) return fail("a reply never came: " + client.awaited[0].reply);
    }
    Models models = history_.models();
    for (auto& model : models)
        model.expire(machine_.wall.ms());
    const auto expected = history_.dumps_of(models);
    auto real = dump_real();
    history_.mask_expired(real);
    for (std::size_t i = 0; i < database_count; ++i) {
        const auto difference = first_difference(real[i], expected[i]);
        if (!difference.empty()) return fail("at the end: " + difference);
    }
    check_space();
}

// What is not needed any more is given back: the disk holds a few times what lives, not history.
void World::check_space() {
    for (int round = 0; round < 4; ++round) {
        machine_.begin_turn();
        machine_.engine().request_compaction();
        machine_.engine().request_checkpoint();
        machine_.end_turn();
        machine_.settle();
    }
    const auto statistics = machine_.engine().statistics();
    const auto limit = 4 * statistics.live_entry_bytes + 2048 * kib;
    if (statistics.segment_bytes > limit) {
        fail("the journal takes " + std::to_string(statistics.segment_bytes) + " bytes for " +
             std::to_string(statistics.live_entry_bytes) + " of live entries");
    }
}

}  // namespace sluice::testing
