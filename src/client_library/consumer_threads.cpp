#include "client_library/consumer_threads.hpp"

#include <algorithm>
#include <chrono>

#include "client_library/client_error.hpp"
#include "client_library/held_event.hpp"
#include "client_library/run_handler.hpp"
#include "io/thread_start.hpp"

namespace sluice {
namespace {

// A request of a stopping consumer is waited for, so it must not take long.
constexpr Duration lease_block = Duration::from_ms(1000);
// Beyond the time that the server was asked to block.
constexpr Duration lease_patience = Duration::from_seconds(10);
// Handled, and the server has not said yet that it knows.
constexpr std::size_t settling_max = 2000;
// Of one SLUICE.LEASE.
constexpr std::size_t count_max = 1000;

std::chrono::microseconds chrono_of(Duration time) {
    return std::chrono::microseconds(std::max<std::int64_t>(time.microseconds, 0));
}

LeaseKey key_of(const Leased& leased) {
    return {leased.event.id, leased.epoch};
}

// The consumer that the running thread belongs to.
thread_local const ConsumerThreads* own_consumer = nullptr;

}  // namespace

ConsumerThreads::ConsumerThreads(ServerLink link, ConsumerOptions options, EventHandler handler)
    : options_(std::move(options)),
      handler_(std::move(handler)),
      leasing_(Line{link.another(), Random(system_seed()), {}, {}}),
      settling_(Line{std::move(link), Random(system_seed()), {}, {}}),
      ledger_({options_.stream, options_.group, Duration::from_ms(options_.lease.count())}) {
    threads_.reserve(handler_.threads + 2UL);
}

// The thread that leases comes last: what it leases is handled and settled.
Result<void> ConsumerThreads::start() {
    auto started = start_threads("start the threads of a consumer", [this] {
        add_thread(&ConsumerThreads::settle_events);
        for (unsigned i = 0; i < handler_.threads; ++i)
            add_thread(&ConsumerThreads::handle_events);
        add_thread(&ConsumerThreads::lease_events);
    });
    if (started) return {};
    {
        const std::lock_guard lock(mutex_);
        is_leasing_ = false;
    }
    stop();
    return started;
}

void ConsumerThreads::add_thread(void (ConsumerThreads::*work)()) {
    threads_.emplace_back([this, work] {
        own_consumer = this;
        (this->*work)();
    });
}

void ConsumerThreads::request_stop() {
    const std::lock_guard lock(mutex_);
    is_stopping_ = true;
    wake_all();
}

void ConsumerThreads::wake_all() {
    room_.notify_all();
    settled_.notify_all();
    leased_.notify_all();
    changed_.notify_all();
}

void ConsumerThreads::stop() {
    request_stop();
    if (own_consumer == this) return;
    const std::lock_guard lock(join_mutex_);
    for (std::thread& each : threads_) {
        if (each.joinable()) each.join();
    }
    handler_.run = nullptr;
    options_.on_notice = nullptr;
    leasing_.reset();
    settling_.reset();
}

void ConsumerThreads::wait() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return has_ended_; });
}

bool ConsumerThreads::has_ended() const {
    const std::lock_guard lock(mutex_);
    return has_ended_;
}

std::optional<ClientError> ConsumerThreads::fatal_error() const {
    const std::lock_guard lock(mutex_);
    return fatal_error_;
}

ConsumerCounts ConsumerThreads::counts() const {
    const std::lock_guard lock(mutex_);
    ConsumerCounts counts = ledger_.counts();
    counts.reconnects = reconnects_;
    return counts;
}

// --- leasing

void ConsumerThreads::lease_events() {
    while (const std::size_t slots = wait_for_slots()) {
        auto leased = lease_some(slots);
        if (leased) {
            begin(std::move(*leased));
        } else {
            recover(*leasing_, leased.error());
        }
    }
    const std::lock_guard lock(mutex_);
    is_leasing_ = false;
    settled_.notify_all();
}

// How many events may be leased now; zero when the consumer stops.
std::size_t ConsumerThreads::wait_for_slots() {
    const std::size_t most = std::size_t{options_.concurrency} + options_.lease_ahead;
    // Half of those that wait are gone: many at a time cost one request.
    const std::size_t few = most - options_.lease_ahead / 2;
    const auto has_room = [&] {
        return ledger_.unsettled() < few && ledger_.size() - ledger_.unsettled() < settling_max;
    };
    std::unique_lock lock(mutex_);
    room_.wait(lock, [&] { return is_stopping_ || has_room(); });
    return is_stopping_ ? 0 : std::min(most - ledger_.unsettled(), count_max);
}

Expected<std::vector<Leased>> ConsumerThreads::lease_some(std::size_t count) {
    constexpr std::string_view action = "lease";
    auto channel = leasing_->link.channel();
    if (!channel) return channel.error();
    (*channel)->queue({"SLUICE.LEASE", "GROUP", options_.group, options_.consumer, "COUNT",
                       std::to_string(count), "LEASE", std::to_string(options_.lease.count()),
                       "BLOCK", std::to_string(lease_block.ms()), "STREAMS", options_.stream});
    auto reply = (*channel)->read({lease_block.microseconds + lease_patience.microseconds});
    if (!reply) {
        leasing_->link.drop();
        return lost_answer(action, reply.error());
    }
    on_answer(*leasing_);
    if (reply->is_error()) return refused_by_server(action, reply->text);
    return read_leased(std::move(*reply));
}

// What came while the consumer was told to stop is handed back.
void ConsumerThreads::begin(std::vector<Leased> leased) {
    const std::lock_guard lock(mutex_);
    for (Leased& each : leased) {
        ledger_.begin(key_of(each), now());
        if (is_stopping_) {
            ledger_.settle(key_of(each), release());
        } else {
            deliveries_.push_back(std::move(each));
            leased_.notify_one();
        }
    }
    settled_.notify_one();
}

// --- handling

void ConsumerThreads::handle_events() {
    while (auto leased = next_event()) {
        auto held = std::make_shared<HeldEvent>(shared_from_this(), std::move(*leased));
        run_async_handler(handler_.run, held->event(), Settler(held));
    }
}

void ConsumerThreads::settle(const Leased& leased, Settlement settlement) {
    const std::lock_guard lock(mutex_);
    --in_hand_;
    ledger_.settle(key_of(leased), std::move(settlement));
    settled_.notify_one();
    room_.notify_one();
    if (!deliveries_.empty()) leased_.notify_one();
}

std::optional<Leased> ConsumerThreads::next_event() {
    std::unique_lock lock(mutex_);
    leased_.wait(lock, [this] {
        return is_stopping_ || (!deliveries_.empty() && in_hand_ < options_.concurrency);
    });
    if (is_stopping_) {
        for (const Leased& each : deliveries_)
            ledger_.settle(key_of(each), release());
        deliveries_.clear();
        settled_.notify_one();
        return std::nullopt;
    }
    Leased leased = std::move(deliveries_.front());
    deliveries_.pop_front();
    ++in_hand_;
    return leased;
}

// --- settling

void ConsumerThreads::settle_events() {
    settling_->answered = now();
    while (const auto requests = wait_for_requests()) {
        std::size_t answered = 0;
        const auto sent = send(*requests, answered);
        if (sent) continue;
        {
            const std::lock_guard lock(mutex_);
            for (std::size_t at = answered; at < requests->size(); ++at)
                ledger_.on_lost((*requests)[at], now());
        }
        recover(*settling_, sent.error());
    }
    const std::lock_guard lock(mutex_);
    has_ended_ = true;
    changed_.notify_all();
}

std::optional<std::vector<SettleRequest>> ConsumerThreads::wait_for_requests() {
    std::unique_lock lock(mutex_);
    for (;;) {
        const bool is_idle = is_stopping_ && !is_leasing_;
        if (is_idle && (ledger_.size() == 0 || has_given_up())) return std::nullopt;
        auto requests = ledger_.take_requests(now());
        if (!requests.empty()) return requests;
        const auto deadline = ledger_.deadline();
        if (deadline) {
            settled_.wait_for(lock, chrono_of(*deadline - now()));
        } else {
            settled_.wait(lock);
        }
    }
}

// With the mutex held. After a lease without an answer every settle would be stale.
bool ConsumerThreads::has_given_up() const {
    const MonoTime last = settling_->answered + Duration::from_ms(options_.lease.count());
    return !settling_->link.is_connected() && ledger_.unsettled() == 0 &&
           (SystemClock().mono() > last || fatal_error_.has_value());
}

Expected<void> ConsumerThreads::send(const std::vector<SettleRequest>& requests,
                                     std::size_t& answered) {
    auto channel = settling_->link.channel();
    if (!channel) return channel.error();
    for (const SettleRequest& each : requests) {
        const std::vector<std::string_view> views(each.args.begin(), each.args.end());
        (*channel)->queue(std::span<const std::string_view>(views));
    }
    for (const SettleRequest& each : requests) {
        auto reply = (*channel)->read(settling_->link.reply_wait_max());
        if (!reply) {
            settling_->link.drop();
            return lost_answer("settle", reply.error());
        }
        std::vector<Notice> notices;
        {
            const std::lock_guard lock(mutex_);
            notices = ledger_.on_reply(each, *reply);
            room_.notify_one();
        }
        ++answered;
        for (const Notice& notice : notices)
            notify(notice);
    }
    on_answer(*settling_);
    return {};
}

// --- what goes wrong

void ConsumerThreads::recover(Line& line, const ClientError& error) {
    line.link.drop();
    if (is_passing(error)) {
        notify({.kind = Notice::Kind::disconnected, .message = error.message});
    } else {
        end_with(error);
    }
    const Duration asked_for = Duration::from_ms(error.retry_after.count());
    const Duration pause = std::min(std::max(line.backoff.next(line.random.next()), asked_for),
                                    Duration::from_ms(options_.lease.count()));
    const bool may_hurry = &line == &*leasing_;  // a stopping consumer leases nothing more
    std::unique_lock lock(mutex_);
    if (is_passing(error)) ++reconnects_;
    changed_.wait_for(lock, chrono_of(pause), [&] { return may_hurry && is_stopping_; });
}

void ConsumerThreads::on_answer(Line& line) {
    line.answered = now();
    if (line.backoff.succeeded()) {
        notify({.kind = Notice::Kind::connected, .message = "connected again"});
    }
}

void ConsumerThreads::end_with(const ClientError& error) {
    {
        const std::lock_guard lock(mutex_);
        if (fatal_error_) return;
        fatal_error_ = error;
        is_stopping_ = true;
        wake_all();
    }
    notify({.kind = Notice::Kind::ended, .message = error.message});
}

void ConsumerThreads::notify(const Notice& notice) {
    const std::lock_guard lock(notice_mutex_);
    run_notice(options_.on_notice, notice);
}

}  // namespace sluice
