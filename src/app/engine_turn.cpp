#include "app/engine_turn.hpp"

#include <algorithm>
#include <utility>

#include "app/log.hpp"

namespace sluice {

EngineTurn::EngineTurn(Parts parts, std::unique_ptr<Engine>& engine, Open open)
    : parts_(parts),
      engine_(engine),
      open_(std::move(open)),
      worker_([&loop = parts.loop] { loop.wake(); }) {}

void EngineTurn::begin(WallTime wall, MonoTime mono) {
    parts_.server.begin_turn(wall, mono);
}

void EngineTurn::between() {
    if (parts_.resp.active_count() <= 1) return;
    const bool has_come_back = worker_.is_done();
    if (has_come_back) bring_back_job();
    if (worker_.is_idle() && engine_->pending_bytes() >= early_flush_bytes) start_job();
    if (!has_come_back) return;
    parts_.server.on_journal_advanced();
    parts_.resp.flush();
}

void EngineTurn::end() {
    const MonoTime now = parts_.loop.now();
    bring_back_job();
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

void EngineTurn::bring_back_job() {
    if (worker_.take_done()) finish_job();
}

void EngineTurn::finish_job() {
    if (job_->is_flush()) parts_.state.commit_seconds.observe(job_time_);
    engine_->finish_io(std::move(job_));
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
    while (worker_.is_idle() && (job_ = engine_->next_io()) != nullptr) {
        if (!is_done_inline(*job_)) {
            worker_.give([this] { run_job(*job_); });
            return;
        }
        run_job(*job_);
        ++parts_.state.inline_commits;
        finish_job();
    }
}

// When one client waits for the disk and nobody else is there, handing the flush over would only
// add two thread switches to its answer.
bool EngineTurn::is_done_inline(const Engine::IoJob& job) const {
    return job.is_flush() && parts_.resp.active_count() <= 1 &&
           awaited().synced > engine_->reached().synced;
}

void EngineTurn::run_job(Engine::IoJob& job) {
    const MonoTime began = parts_.clock.mono();
    job.run();
    job_time_ = parts_.clock.mono() - began;
}

bool EngineTurn::finish_journal() {
    worker_.wait_done();
    bring_back_job();
    engine_->request_sync();
    while (!is_poisoned_ && (job_ = engine_->next_io()) != nullptr) {
        run_job(*job_);
        finish_job();
    }
    return !is_poisoned_;
}

void EngineTurn::reopen() {
    finish_journal();
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
                  health.disk_full ? "the disk is full: new data is refused until there is space"
                                   : "the disk has space again: new data is taken");
    }
    told_disk_full_ = health.disk_full;
}

}  // namespace sluice
