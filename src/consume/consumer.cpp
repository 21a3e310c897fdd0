#include "consume/consumer.hpp"

#include <algorithm>

#include "consume/lease_schedule.hpp"

namespace sluice {
namespace {

constexpr int poll_ms_max = 1000;
// Payloads may be large: not all of them come in one answer.
constexpr std::size_t leased_at_once_max = 16;
// Behind the grace: for commands to end, and for a server that is gone to hear of it.
constexpr Duration last_wait = Duration::from_seconds(5);

bool is_refusal(const Error& error) {
    return error.code == Errc::invalid;
}

}  // namespace

StreamConsumer::StreamConsumer(const ConsumerPlan& plan, WorkServer server, SettleReport& report,
                               Clock& clock)
    : plan_(plan), server_(std::move(server)), report_(report), clock_(clock) {
    workers_.reserve(plan.concurrency);
    for (std::size_t i = 0; i < plan.concurrency; ++i) {
        workers_.emplace_back(plan.command);
    }
}

Result<void> StreamConsumer::run(OwnSignals& signals) {
    now_ = clock_.mono();
    SLUICE_TRY(server_.connect(now_));
    while (!is_over()) {
        turn(signals);
    }
    wind_down(signals);
    if (failure_) return std::move(*failure_);
    if (unsettled_.empty()) return plan_.leaves_group ? server_.leave() : Result<void>();
    return Error{Errc::unavailable, "the server is gone; " + std::to_string(unsettled_.size()) +
                                        " events could not be settled, their leases will end"};
}

// The children of a pool see the end of their input, and have a moment to end.
void StreamConsumer::wind_down(OwnSignals& signals) {
    const MonoTime end = now_ + Worker::end_wait;
    for (Worker& worker : workers_) {
        worker.retire();
    }
    while (now_ < end && std::ranges::any_of(workers_, &Worker::has_child)) {
        std::vector<pollfd> waiting = {signals.waiting()};
        for (Worker& worker : workers_) {
            worker.on_time(now_);
            worker.add_to(waiting);
        }
        ::poll(waiting.data(), waiting.size(), poll_ms_max / 10);
        signals.take_stops();
        now_ = clock_.mono();
    }
}

void StreamConsumer::turn(OwnSignals& signals) {
    keep_connected();
    ask();
    wait(signals);
    now_ = clock_.mono();
    on_stops(signals.take_stops());
    take_leased();
    run_workers();
    extend();
    settle();
    stop_when_over();
    stop_when_unheard();
    report_.progress(now_, busy_workers());
}

// Whoever reads what we tell is gone, or cannot take it: nothing more is begun.
void StreamConsumer::stop_when_unheard() {
    auto unheard = report_.take_failure();
    if (!unheard) return;
    if (!failure_) failure_ = std::move(unheard);
    stop();
}

void StreamConsumer::wait(const OwnSignals& signals) {
    std::vector<pollfd> waiting = {signals.waiting()};
    server_.add_to(waiting);
    const std::size_t ours = waiting.size();
    for (const Worker& worker : workers_) {
        worker.add_to(waiting);
    }
    const int most = report_.is_screen() ? poll_ms_max / 5 : poll_ms_max;
    const auto deadline = next_deadline();
    const int ms = deadline ? poll_ms(clock_.mono(), *deadline, most) : most;
    if (::poll(waiting.data(), waiting.size(), ms) <= 0) return;
    const auto has_come = [](const pollfd& each) { return each.revents != 0; };
    if (std::any_of(waiting.begin() + static_cast<std::ptrdiff_t>(ours), waiting.end(), has_come)) {
        report_.clear();  // what commands say appears on the same screen
    }
}

void StreamConsumer::on_stops(int stops) {
    for (; stops > 0; --stops) {
        if (grace_end_) {
            grace_end_ = std::min(*grace_end_, now_);
        } else {
            stop();
        }
    }
    if (!grace_end_ || now_ < *grace_end_ || is_told_to_end_) return;
    is_told_to_end_ = true;
    for (Worker& worker : workers_) {
        worker.stop(now_);
    }
}

void StreamConsumer::stop() {
    if (!grace_end_) grace_end_ = now_ + plan_.grace;
}

void StreamConsumer::stop_when_over() {
    if (plan_.until == RunUntil::one && (begun_ > 0 || was_empty_)) stop();
    const bool may_be_drained = plan_.until == RunUntil::drained && was_empty_ && !grace_end_ &&
                                busy_workers() == 0 && unsettled_.empty();
    if (!may_be_drained || !server_.is_connected()) return;
    was_empty_ = false;
    const auto left = server_.left();
    if (!left) return lost(left.error());
    if (*left == 0) stop();
}

void StreamConsumer::keep_connected() {
    if (server_.is_connected() || now_ < server_.try_due()) return;
    if (const auto connected = server_.connect(now_); !connected) return lost(connected.error());
    if (is_gone_) report_.say("the server is there again");
    is_gone_ = false;
}

// A refusal will be one again; everything else may pass.
void StreamConsumer::lost(const Error& error) {
    if (is_refusal(error)) {
        if (!failure_) failure_ = error;
        stop();
        return;
    }
    if (server_.is_connected()) server_.give_up(now_);
    if (!is_gone_) report_.say(error.message + "; trying again");
    is_gone_ = true;
}

std::size_t StreamConsumer::room() const {
    const auto is_free = [&](const Worker& worker) { return worker.is_free(now_); };
    const auto free = static_cast<std::size_t>(std::ranges::count_if(workers_, is_free));
    return free > unsettled_.size() ? free - unsettled_.size() : 0;
}

void StreamConsumer::ask() {
    const bool is_one = plan_.until == RunUntil::one;
    const std::size_t count = !is_one ? std::min(room(), leased_at_once_max) : begun_ == 0 ? 1 : 0;
    if (!server_.is_connected() || server_.is_asking() || grace_end_ || count == 0) return;
    if (const auto asked = server_.ask(count, !is_one, now_); !asked) lost(asked.error());
}

void StreamConsumer::take_leased() {
    if (!server_.is_connected()) return;
    auto leased = server_.take_leased(now_);
    if (!leased) return lost(leased.error());
    if (!*leased) return;
    was_empty_ = (*leased)->empty();
    for (ConsumedEvent& delivery : **leased) {
        begin(std::move(delivery));
    }
}

void StreamConsumer::begin(ConsumedEvent delivery) {
    const auto worker =
        std::ranges::find_if(workers_, [&](const Worker& each) { return each.is_free(now_); });
    const bool may_begin = !grace_end_ && worker != workers_.end();
    ++begun_;
    const auto given = may_begin ? worker->give(std::move(delivery), now_) : Result<void>(Error{});
    if (given) return;
    unsettled_.push_back(
        {.work = {.delivery = std::move(delivery), .settle = Settle::release(), .took = {}}});
    if (!may_begin) return;
    if (!failure_) failure_ = given.error();
    stop();
}

void StreamConsumer::run_workers() {
    for (Worker& worker : workers_) {
        worker.on_time(now_);
        auto done = worker.take_done(now_);
        if (!done) continue;
        if (done->settle) {
            unsettled_.push_back({.work = std::move(*done)});
        } else {
            report_.settled(
                {done->delivery, nullptr, {.word = SettleAnswer::Word::stale}, done->took});
        }
    }
}

void StreamConsumer::extend() {
    if (!server_.is_connected()) return;
    std::vector<Worker*> due;
    std::vector<LeaseName> names;
    for (Worker& worker : workers_) {
        if (!worker.is_busy() || now_ < worker.extend_due()) continue;
        // Leases of one length in one request; others in the next turn.
        if (!due.empty() && due.front()->delivery().lease != worker.delivery().lease) continue;
        due.push_back(&worker);
        names.push_back({worker.delivery().entry.id, worker.delivery().epoch});
    }
    if (due.empty()) return;
    const auto answers = server_.extend(names, due.front()->delivery().lease);
    if (!answers) return lost(answers.error());
    for (std::size_t i = 0; i < due.size(); ++i) {
        due[i]->extended(now_);
        if ((*answers)[i] != SettleAnswer::Word::ok) due[i]->lose_lease(now_);
    }
}

void StreamConsumer::settle() {
    if (!server_.is_connected() || unsettled_.empty()) return;
    std::vector<std::vector<std::string>> requests;
    for (const Unsettled& each : unsettled_) {
        requests.push_back(
            request_for(*each.work.settle, each.work.delivery, plan_.command.member.group));
    }
    const auto answers = server_.settle(requests);
    if (answers) return note_answers(*answers);
    if (is_refusal(answers.error())) unsettled_.clear();
    for (Unsettled& each : unsettled_) {
        each.is_resent = true;
    }
    lost(answers.error());
}

void StreamConsumer::note_answers(std::span<const SettleAnswer> answers) {
    for (std::size_t i = 0; i < answers.size(); ++i) {
        const Unsettled& each = unsettled_[i];
        SettleAnswer answer = answers[i];
        // The first answer was lost with its connection: the entry is gone because it was done.
        const bool is_repeated = each.is_resent && answer.word == SettleAnswer::Word::none;
        if (is_repeated && each.work.settle->kind == Settle::Kind::ack) {
            answer.word = SettleAnswer::Word::ok;
        }
        report_.settled({each.work.delivery, &*each.work.settle, answer, each.work.took});
    }
    unsettled_.clear();
}

bool StreamConsumer::is_over() const {
    if (!grace_end_) return false;
    if (now_ >= *grace_end_ + last_wait) return true;
    return !server_.is_asking() && busy_workers() == 0 && unsettled_.empty();
}

std::size_t StreamConsumer::busy_workers() const {
    return static_cast<std::size_t>(std::ranges::count_if(workers_, &Worker::is_busy));
}

std::optional<MonoTime> StreamConsumer::next_deadline() const {
    std::vector<MonoTime> deadlines;
    if (grace_end_ && !is_told_to_end_) deadlines.push_back(*grace_end_);
    if (grace_end_) deadlines.push_back(*grace_end_ + last_wait);
    if (!server_.is_connected()) deadlines.push_back(server_.try_due());
    for (const Worker& worker : workers_) {
        if (const auto deadline = worker.deadline(now_)) deadlines.push_back(*deadline);
        if (worker.is_busy() && server_.is_connected()) deadlines.push_back(worker.extend_due());
    }
    if (deadlines.empty()) return std::nullopt;
    return std::ranges::min(deadlines);
}

}  // namespace sluice
