#include "embedded/journal_work.hpp"

#include <utility>

namespace sluice {

JournalWork::JournalWork(Engine& engine, const std::function<void()>& on_done)
    : engine_(engine), lanes_(on_done) {}

void JournalWork::bring_back() {
    lanes_.bring_back();
}

void JournalWork::finish_job(std::unique_ptr<Engine::IoJob> job) {
    engine_.finish_io(std::move(job));
    is_poisoned_ |= engine_.statistics().poisoned;
}

void JournalWork::write(const Dependency& awaited, bool is_alone) {
    if (awaited.written > engine_.reached().written) engine_.write_pending();
    while (lanes_.has_free()) {
        auto job = engine_.next_io();
        if (job == nullptr) return;
        const bool is_waited_for = awaited.synced > engine_.reached().synced;
        if (is_alone && is_waited_for && job->is_flush()) {
            job->run();
            finish_job(std::move(job));
            continue;
        }
        Engine::IoJob& given = *job;
        lanes_.give([&given] { given.run(); },
                    [this, job = std::move(job)]() mutable { finish_job(std::move(job)); });
    }
}

bool JournalWork::finish() {
    lanes_.wait_done();
    lanes_.bring_back();
    engine_.request_sync();
    while (!is_poisoned_) {
        auto job = engine_.next_io();
        if (job == nullptr) break;
        job->run();
        finish_job(std::move(job));
    }
    return !is_poisoned_;
}

}  // namespace sluice
