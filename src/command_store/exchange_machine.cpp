#include "command_store/exchange_machine.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include "command_store/error_meaning.hpp"
#include "resp/refusal.hpp"

namespace sluice {
namespace {

constexpr Duration first_wait = Duration::from_ms(10);
constexpr Duration longest_wait = Duration::from_seconds(1);

Error cancelled_error() {
    return {Errc::closed, "the request was cancelled before it was sent"};
}

// Mixes the seed so that two stores do not wait alike.
std::uint64_t mixed(std::uint64_t value) {
    value = (value ^ (value >> 30U)) * 0xbf58476d1ce4e5b9ULL;
    value = (value ^ (value >> 27U)) * 0x94d049bb133111ebULL;
    return value ^ (value >> 31U);
}

}  // namespace

ExchangeMachine::ExchangeMachine(Options options) : options_(std::move(options)), lanes_(1) {}

// --- requests

void ExchangeMachine::submit(RequestTicket ticket, Exchange exchange, MonoTime now) {
    LaneNumber lane = main_lane;
    if (exchange.needs_own_lane) {
        const auto own = free_lane();
        if (!own) {
            Error error{Errc::limit, "too many requests of this store wait already"};
            finished_.push_back(
                {std::move(exchange), Answer<Exchange::Replies>::failed(std::move(error))});
            return;
        }
        lane = *own;
        lanes_[lane].exchange = ticket;
    }
    Pending pending{.exchange = std::move(exchange), .lane = lane};
    pending.effects = pending.exchange.step.effects;
    pending.deadline = now + options_.limits.request_time + pending.exchange.wait;
    deadlines_.emplace(pending.deadline, ticket);
    exchanges_.emplace(ticket, std::move(pending));
    if (lane == main_lane) queued_.push_back(ticket);
    send_waiting(lane);
}

void ExchangeMachine::cancel(RequestTicket ticket) {
    const auto found = exchanges_.find(ticket);
    if (found == exchanges_.end()) return;
    Pending& pending = found->second;
    if (!pending.is_in_lane) return fail(ticket, cancelled_error());
    if (pending.lane == main_lane) return;
    pending.is_cancelled = true;
    lanes_[pending.lane].wants_unblock = true;
    ask_to_unblock();
}

void ExchangeMachine::begin_close(MonoTime now) {
    if (close_deadline_) return;
    close_deadline_ = now + options_.limits.close_time;
    std::vector<RequestTicket> waiting;
    for (const auto& [ticket, pending] : exchanges_) {
        if (pending.lane != main_lane) waiting.push_back(ticket);
    }
    for (const RequestTicket ticket : waiting)
        cancel(ticket);
}

std::optional<LaneNumber> ExchangeMachine::free_lane() {
    const auto is_free = [](const LaneState& state) {
        return state.exchange == no_ticket && !state.is_unblocking;
    };
    const auto up = std::find_if(lanes_.begin() + 1, lanes_.end(), [&](const LaneState& state) {
        return is_free(state) && state.link == Link::up;
    });
    if (up != lanes_.end()) return static_cast<LaneNumber>(up - lanes_.begin());
    const auto any = std::find_if(lanes_.begin() + 1, lanes_.end(), is_free);
    if (any != lanes_.end()) return static_cast<LaneNumber>(any - lanes_.begin());
    if (lanes_.size() > options_.limits.waiting_max) return std::nullopt;
    lanes_.emplace_back();
    return lanes_.size() - 1;
}

void ExchangeMachine::send(RequestTicket ticket, Pending& pending, const ExchangeStep& step) {
    lanes_[pending.lane].lane.send(ticket, step);
    pending.effects = step.effects;
    pending.is_in_lane = true;
}

// What has no connection yet, when there is one.
void ExchangeMachine::send_waiting(LaneNumber number) {
    if (lanes_[number].link != Link::up) return;
    if (number != main_lane) {
        const auto own = exchanges_.find(lanes_[number].exchange);
        const bool is_waiting = own != exchanges_.end() && !own->second.is_in_lane;
        if (is_waiting) send(own->first, own->second, own->second.exchange.step);
        return;
    }
    while (!queued_.empty()) {
        const auto found = exchanges_.find(queued_.front());
        queued_.pop_front();
        send(found->first, found->second, found->second.exchange.step);
    }
    ask_to_unblock();
}

// --- connections

bool ExchangeMachine::wants_link(LaneNumber number) const {
    const LaneState& state = lanes_[number];
    if (number != main_lane) return state.exchange != no_ticket;
    const auto wants_unblock = [](const LaneState& each) { return each.wants_unblock; };
    return !queued_.empty() || std::ranges::any_of(lanes_, wants_unblock);
}

std::optional<LaneNumber> ExchangeMachine::next_connect(MonoTime now) {
    for (LaneNumber number = 0; number < lanes_.size(); ++number) {
        LaneState& state = lanes_[number];
        if (state.link != Link::down || state.connect_at > now || !wants_link(number)) continue;
        state.link = Link::connecting;
        return number;
    }
    return std::nullopt;
}

std::optional<LaneNumber> ExchangeMachine::next_drop() {
    if (drops_.empty()) return std::nullopt;
    const LaneNumber number = drops_.front();
    drops_.pop_front();
    return number;
}

// The last command asks for the name by which the wait of this connection can be ended.
void ExchangeMachine::on_connected(LaneNumber number, MonoTime now) {
    LaneState& state = lanes_[number];
    state.link = Link::logging_in;
    state.login_until = now + options_.limits.request_time;
    ExchangeStep step;
    if (!options_.password.empty()) {
        CommandText text("AUTH");
        if (!options_.user.empty()) text.word(options_.user);
        text.word(options_.password).add_to(step);
    }
    CommandText("CLIENT").word("ID").add_to(step);
    state.lane.send(login_step, step);
}

void ExchangeMachine::on_login(LaneNumber number, const std::vector<Reply>& replies, MonoTime now) {
    LaneState& state = lanes_[number];
    const auto refusal = std::ranges::find_if(replies, &Reply::is_error);
    if (refusal != replies.end()) {
        const ErrorMeaning meaning = meaning_of(refusal->text);
        const Error error = meaning.error.within("log in");
        break_link(number, error, now);
        // When waiting does not help, who asks now is told now.
        if (refusal_of(refusal->text) == Refusal::lasting) fail_queued(number, error);
        return;
    }
    state.client = std::to_string(replies.back().as_integer().value_or(0));
    state.refusals = 0;
    state.link = Link::up;
    send_waiting(number);
}

void ExchangeMachine::on_refused(LaneNumber number, const Error& error, MonoTime now) {
    take_down(number, error, now);
}

void ExchangeMachine::on_lost(LaneNumber number, const Error& error, MonoTime now) {
    take_down(number, error, now);
}

void ExchangeMachine::break_link(LaneNumber number, const Error& error, MonoTime now) {
    drops_.push_back(number);
    take_down(number, error, now);
}

void ExchangeMachine::take_down(LaneNumber number, const Error& error, MonoTime now) {
    LaneState& state = lanes_[number];
    state.link = Link::down;
    state.connect_at = now + backoff(number);
    ++state.refusals;
    state.wants_unblock = false;
    last_trouble_ = error;
    const std::deque<RequestTicket> behind = std::exchange(queued_, {});
    for (const Lane::Unanswered& each : state.lane.restart()) {
        if (each.step >= first_unblock_step) {
            on_unblocked(each.step - first_unblock_step);
        } else if (each.step != login_step) {
            on_unanswered(each.step, each.is_sent, error);
        }
    }
    queued_.insert(queued_.end(), behind.begin(), behind.end());
}

// Back to the queue, in the old order, or to its end.
void ExchangeMachine::on_unanswered(RequestTicket ticket, bool is_sent, const Error& error) {
    Pending& pending = exchanges_.at(ticket);
    const bool had_effects = is_sent && pending.effects == Effects::once;
    if (had_effects) {
        return finish(ticket, Answer<Exchange::Replies>::indeterminate(
                                  error.within("the answer to a request got lost")));
    }
    pending.was_sent |= is_sent && pending.effects == Effects::repeatable;
    pending.is_in_lane = false;
    if (pending.is_cancelled) return fail(ticket, cancelled_error());
    if (is_sent && ++pending.repeats > repeats_max) return fail(ticket, error);
    if (pending.exchange.start_over) pending.exchange.start_over();
    if (pending.lane == main_lane) queued_.push_back(ticket);
}

// Who asked for another lane may have been cancelled, or overdue, while it was logged in.
void ExchangeMachine::fail_queued(LaneNumber number, const Error& error) {
    std::vector<RequestTicket> failing(queued_.begin(), queued_.end());
    if (number != main_lane) failing.assign(1, lanes_[number].exchange);
    std::erase(failing, no_ticket);
    for (const RequestTicket ticket : failing)
        fail(ticket, error);
}

// The upper half of a time that doubles with each refusal; at once after a connection that was up.
Duration ExchangeMachine::backoff(LaneNumber number) {
    const int refusals = lanes_[number].refusals;
    if (refusals == 0) return {};
    constexpr int doublings_max = 10;
    const std::int64_t whole =
        std::min(first_wait.microseconds << std::min(refusals - 1, doublings_max),
                 longest_wait.microseconds);
    options_.seed += 0x9e3779b97f4a7c15ULL;
    const auto half = static_cast<std::uint64_t>(whole / 2);
    return {whole - static_cast<std::int64_t>(mixed(options_.seed) % (half + 1))};
}

// --- replies

void ExchangeMachine::on_bytes(LaneNumber number, std::string_view bytes, MonoTime now) {
    auto answered = lanes_[number].lane.on_bytes(bytes);
    if (!answered) return break_link(number, answered.error(), now);
    for (Lane::Answered& each : *answered)
        on_answered(number, std::move(each), now);
}

void ExchangeMachine::on_answered(LaneNumber number, Lane::Answered answered, MonoTime now) {
    if (answered.step == login_step) return on_login(number, answered.replies, now);
    if (answered.step >= first_unblock_step) {
        return on_unblocked(answered.step - first_unblock_step);
    }
    on_step_done(answered.step, std::move(answered.replies));
}

void ExchangeMachine::on_step_done(RequestTicket ticket, std::vector<Reply> replies) {
    const auto found = exchanges_.find(ticket);
    if (found == exchanges_.end()) return;
    Pending& pending = found->second;
    if (pending.exchange.follow_up) {
        const ExchangeStep next = pending.exchange.follow_up(replies);
        if (next.replies > 0) return send(ticket, pending, next);
    }
    finish(ticket, std::move(replies));
}

// --- the end of a wait

void ExchangeMachine::ask_to_unblock() {
    if (lanes_[main_lane].link != Link::up) return;
    for (LaneNumber number = 1; number < lanes_.size(); ++number) {
        LaneState& state = lanes_[number];
        const bool may_ask = state.wants_unblock && !state.is_unblocking && state.link == Link::up;
        if (!may_ask) continue;
        state.wants_unblock = false;
        state.is_unblocking = true;
        ExchangeStep step;
        CommandText("CLIENT").word("UNBLOCK").word(state.client).add_to(step);
        lanes_[main_lane].lane.send(first_unblock_step + number, step);
    }
}

// The wait may not have begun when the server was asked to end it, or the question got lost: then
// it is asked again. Until here the lane is nobody else's, whose wait would be ended.
void ExchangeMachine::on_unblocked(LaneNumber number) {
    LaneState& state = lanes_[number];
    state.is_unblocking = false;
    const auto found = exchanges_.find(state.exchange);
    if (found == exchanges_.end()) return release_lane(number);
    state.wants_unblock = found->second.is_cancelled;
    ask_to_unblock();
}

void ExchangeMachine::release_lane(LaneNumber number) {
    LaneState& state = lanes_[number];
    state.exchange = no_ticket;
    state.wants_unblock = false;
    const auto is_idle = [](const LaneState& each) {
        return each.exchange == no_ticket && each.link == Link::up;
    };
    const auto idle = std::count_if(lanes_.begin() + 1, lanes_.end(), is_idle);
    const bool is_spare = std::cmp_greater(idle, idle_lanes_max) && !state.is_unblocking;
    if (!is_spare || state.link != Link::up) return;
    state.link = Link::down;
    state.lane.restart();
    drops_.push_back(number);
}

// --- time and ends

void ExchangeMachine::on_time(MonoTime now) {
    for (LaneNumber number = 0; number < lanes_.size(); ++number) {
        const LaneState& state = lanes_[number];
        if (state.link != Link::logging_in || state.login_until > now) continue;
        break_link(number, {Errc::timeout, "no answer to the log-in came in time"}, now);
    }
    while (!deadlines_.empty() && deadlines_.begin()->first <= now)
        end_overdue(deadlines_.begin()->second, now);
    if (!close_deadline_ || *close_deadline_ > now) return;
    while (!exchanges_.empty())
        end_overdue(exchanges_.begin()->first, now);
}

void ExchangeMachine::end_overdue(RequestTicket ticket, MonoTime now) {
    const Pending& pending = exchanges_.at(ticket);
    const bool is_closing = close_deadline_ && *close_deadline_ <= now;
    if (pending.is_in_lane) {
        // A pipeline whose first answer is overdue is stuck: nothing behind it will be answered.
        break_link(pending.lane,
                   is_closing ? Error{Errc::closed, "the store was closed"}
                              : Error{Errc::timeout, "no answer came in time"},
                   now);
    }
    if (!exchanges_.contains(ticket)) return;
    fail(ticket, is_closing ? Error{Errc::closed, "the store was closed"}
                            : last_trouble_.within("the time for a request is over"));
}

void ExchangeMachine::fail(RequestTicket ticket, Error error) {
    using Ended = Answer<Exchange::Replies>;
    const bool may_have_effects = exchanges_.at(ticket).was_sent;
    finish(ticket, may_have_effects ? Ended::indeterminate(std::move(error))
                                    : Ended::failed(std::move(error)));
}

void ExchangeMachine::finish(RequestTicket ticket, Answer<Exchange::Replies> answer) {
    auto node = exchanges_.extract(ticket);
    Pending& pending = node.mapped();
    deadlines_.erase({pending.deadline, ticket});
    if (!pending.is_in_lane && pending.lane == main_lane) std::erase(queued_, ticket);
    finished_.push_back({std::move(pending.exchange), std::move(answer)});
    if (pending.lane != main_lane) release_lane(pending.lane);
}

std::optional<FinishedExchange> ExchangeMachine::next_finished() {
    if (finished_.empty()) return std::nullopt;
    FinishedExchange finished = std::move(finished_.front());
    finished_.pop_front();
    return finished;
}

MonoTime ExchangeMachine::deadline() const {
    MonoTime first{std::numeric_limits<std::int64_t>::max()};
    if (!deadlines_.empty()) first = deadlines_.begin()->first;
    if (close_deadline_) first = std::min(first, *close_deadline_);
    for (LaneNumber number = 0; number < lanes_.size(); ++number) {
        const LaneState& state = lanes_[number];
        const bool waits = state.link == Link::down && wants_link(number);
        if (waits) first = std::min(first, state.connect_at);
        if (state.link == Link::logging_in) first = std::min(first, state.login_until);
    }
    return first;
}

}  // namespace sluice
