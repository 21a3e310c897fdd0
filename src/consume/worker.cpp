#include "consume/worker.hpp"

#include <algorithm>
#include <csignal>

#include "bus/duration_text.hpp"
#include "consume/lease_schedule.hpp"

namespace sluice {

Result<void> Worker::give(ConsumedEvent&& delivery, MonoTime now) {
    const bool is_running = child_ != nullptr;
    if (!is_running) {
        const auto environment = plan_.is_pool
                                     ? plan_.inherited
                                     : environment_of(delivery, plan_.member, plan_.inherited);
        SLUICE_TRY_ASSIGN(child_, Child::start(plan_.command, environment, plan_.output));
    }
    child_->forget_last_words();
    if (plan_.is_pool) {
        child_->write(pool_line_of(delivery, plan_.member));
    } else {
        child_->write(payload_of(delivery));
        child_->close_input();
    }
    const MonoTime extend_due = extension_due(now, delivery.lease);
    work_ = Work{.delivery = std::move(delivery),
                 .started = now,
                 .extend_due = extend_due,
                 .end_due = now + plan_.time_max};
    child_->pump();
    return {};
}

void Worker::extended(MonoTime asked) {
    work_->extend_due = extension_due(asked, work_->delivery.lease);
}

void Worker::on_time(MonoTime now) {
    if (child_ == nullptr) return;
    child_->pump();
    const auto status = child_->exit_status();
    if (plan_.is_pool) take_answer(now);
    if (status) return on_exit(*status, now);
    if (!work_ || work_->is_done || now < work_->end_due) return;
    if (work_->ending == Ending::none) {
        end(Ending::too_long, now);
    } else {
        child_->signal_group(SIGKILL);
        work_->end_due = now + end_wait;
    }
}

// The first reason counts.
void Worker::end(Ending ending, MonoTime now) {
    if (!work_ || work_->is_done || work_->ending != Ending::none) return;
    work_->ending = ending;
    work_->end_due = now + end_wait;
    child_->signal_group(SIGTERM);
}

void Worker::take_answer(MonoTime now) {
    if (child_->is_broken()) return refuse_answer("answered with more than it was asked", now);
    const auto line = child_->take_line();
    if (!line) return;
    if (!work_ || work_->is_done) return refuse_answer("answered without being asked", now);
    auto answer = parse_pool_answer(*line);
    if (!answer) return refuse_answer(answer.error().message, now);
    if (answer->id != work_->delivery.entry.id) {
        return refuse_answer("answered for another event", now);
    }
    deaths_ = 0;
    work_->is_done = true;
    if (work_->ending != Ending::lease_lost) work_->settle = std::move(answer->settle);
}

// What a child says after that cannot be told apart from its mistake: it is started anew.
void Worker::refuse_answer(std::string complaint, MonoTime now) {
    if (work_ && !work_->is_done && work_->ending == Ending::none) {
        work_->ending = Ending::bad_answer;
        work_->complaint = std::move(complaint);
        work_->end_due = now + end_wait;
    }
    child_->signal_group(SIGKILL);
}

void Worker::on_exit(const ExitStatus& status, MonoTime now) {
    if (work_ && !work_->is_done) {
        work_->settle = settle_after(status);
        work_->is_done = true;
    }
    child_.reset();
    if (plan_.is_pool) start_due_ = now + wait_before_retry(++deaths_, 1);
}

std::optional<Settle> Worker::settle_after(const ExitStatus& status) const {
    const bool is_well = status == ExitStatus{} && !plan_.is_pool;
    switch (work_->ending) {
        case Ending::lease_lost:
            return std::nullopt;
        case Ending::stopped:
            return is_well ? Settle{} : Settle::release();
        case Ending::too_long:
            return failure("no end within " + duration_text(plan_.time_max));
        case Ending::bad_answer:
            return failure(work_->complaint);
        case Ending::none:
            break;
    }
    if (plan_.is_pool && status == ExitStatus{}) return failure("ended without an answer");
    return settle_for(status, child_->last_words(), plan_.on_failure);
}

Settle Worker::failure(const std::string& what) const {
    const bool is_dead = plan_.on_failure == OnFailure::dead;
    return {.kind = is_dead ? Settle::Kind::dead : Settle::Kind::retry, .error = what};
}

std::optional<DoneWork> Worker::take_done(MonoTime now) {
    if (!work_ || !work_->is_done) return std::nullopt;
    DoneWork done{.delivery = std::move(work_->delivery),
                  .settle = std::move(work_->settle),
                  .took = now - work_->started};
    work_.reset();
    return done;
}

void Worker::retire() {
    if (child_ != nullptr) child_->close_input();
}

void Worker::add_to(std::vector<pollfd>& waiting) const {
    if (child_ != nullptr) child_->add_to(waiting);
}

std::optional<MonoTime> Worker::deadline(MonoTime now) const {
    if (work_ && !work_->is_done) return work_->end_due;
    if (start_due_ > now) return start_due_;
    return std::nullopt;
}

}  // namespace sluice
