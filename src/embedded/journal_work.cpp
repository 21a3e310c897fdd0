#include "embedded/journal_work.hpp"

#include <utility>

namespace sluice {

JournalWork::JournalWork(Engine& engine, std::function<void()> on_done)
    : engine_(engine), worker_(std::move(on_done)) {}

void JournalWork::bring_back() {
    if (worker_.take_done()) finish_job();
}

void JournalWork::finish_job() {
    engine_.finish_io(std::move(job_));
    is_poisoned_ |= engine_.statistics().poisoned;
}

void JournalWork::write(const Dependency& awaited, bool is_alone) {
    if (awaited.written > engine_.reached().written) engine_.write_pending();
    while (worker_.is_idle() && (job_ = engine_.next_io()) != nullptr) {
        const bool is_waited_for = awaited.synced > engine_.reached().synced;
        if (!is_alone || !is_waited_for || !job_->is_flush()) {
            worker_.give([this] { job_->run(); });
            return;
        }
        job_->run();
        finish_job();
    }
}

bool JournalWork::finish() {
    worker_.wait_done();
    bring_back();
    engine_.request_sync();
    while (!is_poisoned_ && (job_ = engine_.next_io()) != nullptr) {
        job_->run();
        finish_job();
    }
    return !is_poisoned_;
}

}  // namespace sluice
