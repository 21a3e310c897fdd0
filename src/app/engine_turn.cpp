#include "app/engine_turn.hpp"

#include <algorithm>
#include <utility>

#include "app/log.hpp"

namespace sluice {

EngineTurn::EngineTurn(Parts parts, std::unique_ptr<Engine>& engine, Open open)
    : parts_(parts),
      engine_(engine),
      open_(std::move(open)),
      lanes_([&loop = parts.loop] { loop.wake(); }) {}

void EngineTurn::begin(WallTime wall, MonoTime mono) {
    parts_.server.begin_turn(wall, mono);
}

void EngineTurn::between() {
    if (parts_.resp.active_count() <= 1) return;
    const bool has_come_back = lanes_.has_done() && lanes_.bring_back();
    if (engine_->pending_bytes() >= early_flush_bytes) start_job();
    if (!has_come_back) return;
    parts_.server.on_journal_advanced();
    parts_.resp.flush();
}

void EngineTurn::end() {
    const MonoTime now = parts_.loop.now();
    lanes_.bring_back();
    if (parts_.server.deadline() <= now) parts_.server.on_time();
    if (engine_->deadline() <= now) engine_->on_time();
    write_pending();
    start_job();
    parts_.server.on_journal_advanced();
    if (is_poisoned_) parts_.server.drop_held();
    parts_.resp.flush();
    parts_.http.flush(engine_->reached());
    if (parts_.server.wants_reopen()) reopen();
    if (now >= health_at_) note_health(now);
    parts_.server.end_turn(parts_.clock.mono());
}

MonoTime EngineTurn::deadline() const {
    return std::min(parts_.server.deadline(), engine_->deadline());
}

void EngineTurn::finish_job(TimedJob& timed) {
    if (timed.job->is_flush()) parts_.state.commit_seconds.observe(timed.time);
    engine_->finish_io(std::move(timed.job));
    if (!is_poisoned_ && engine_->statistics().poisoned) {
        is_poisoned_ = true;
        log_event(LogLevel::error,
                  "writing the journal failed: reads go on, writes are refused; find out what is "
                  "wrong with the disk, then start the server again");
    }
}

// What replies only want in the kernel is written by this thread: no worker is as quick.
void EngineTurn::write_pending() {
    if (awaited().written > engine_->reached().written) engine_->write_pending();
}

Dependency EngineTurn::awaited() const {
    Dependency awaited = parts_.server.awaited();
    awaited.include(parts_.http.awaited());
    return awaited;
}

void EngineTurn::start_job() {
    while (lanes_.has_free()) {
        auto timed = std::make_unique<TimedJob>(engine_->next_io());
        if (timed->job == nullptr) return;
        if (is_done_inline(*timed->job)) {
            run_job(*timed);
            ++parts_.state.inline_commits;
            finish_job(*timed);
            continue;
        }
        TimedJob& job = *timed;
        lanes_.give([this, &job] { run_job(job); },
                    [this, timed = std::move(timed)] { finish_job(*timed); });
    }
}

// When one client waits for the disk and nobody else is there, handing the flush over would only
// add two thread switches to its answer.
bool EngineTurn::is_done_inline(const Engine::IoJob& job) const {
    return job.is_flush() && parts_.resp.active_count() <= 1 &&
           awaited().synced > engine_->reached().synced;
}

void EngineTurn::run_job(TimedJob& timed) const {
    const MonoTime began = parts_.clock.mono();
    timed.job->run();
    timed.time = parts_.clock.mono() - began;
}

bool EngineTurn::finish_journal() {
    lanes_.wait_done();
    lanes_.bring_back();
    engine_->request_sync();
    while (!is_poisoned_) {
        TimedJob timed{.job = engine_->next_io()};
        if (timed.job == nullptr) break;
        run_job(timed);
        finish_job(timed);
    }
    // No more to do is not the same as all is done: a full disk takes no more.
    return !is_poisoned_ && engine_->reached().synced >= engine_->everything().synced;
}

void EngineTurn::reopen() {
    // Replies wait for positions of this journal; those of the next one say nothing about it.
    if (!finish_journal()) {
        return parts_.server.refuse_reopen(
            "not everything is on the disk; start the server again when the disk is well");
    }
    parts_.server.on_journal_advanced();
    engine_.reset();
    auto opened = open_();
    // Without a store there is nothing to serve; a restart would find the same.
    SLUICE_CHECK(opened.has_value(), opened.has_value() ? "" : opened.error().message);
    engine_ = std::move(*opened);
    parts_.server.attach(*engine_);
    parts_.server.on_journal_advanced();
    parts_.resp.flush();
}

void EngineTurn::note_health(MonoTime now) {
    health_at_ = now + health_interval;
    const Engine::Statistics health = engine_->statistics();
    if (health.disk_full != told_disk_full_) {
        log_event(LogLevel::warning,
                  health.disk_full
                      ? "the disk is full: new data is refused until there is space (" +
                            health.disk_failure + ")"
                      : "the disk has space again: new data is taken");
    }
    told_disk_full_ = health.disk_full;
}

}  // namespace sluice
