// The threads of a consumer: one leases, one settles, some handle.
//
// Shape      leasing --deliveries--> handling --settlements--> ledger --> settling
// Promise    no more is handled at a time than `concurrency` says; the settling thread ends last,
//            when every lease is settled, or when the server has been away for longer than a lease
// Invariant  an event is in the ledger from the moment it was leased until its settle is answered
// Threads    mutex_ guards everything that two threads touch; each link belongs to one thread. It
//            is never held over a call to the server, the handler or on_notice.
// Lifetime   shared with the events in the hands of handlers: one that settles elsewhere may still
//            be on its way out of settle() when all threads have ended. By then nothing of the
//            program is left here: stop() takes the handler and the links away
#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "client_library/backoff.hpp"
#include "client_library/event_handler.hpp"
#include "client_library/lease_ledger.hpp"
#include "client_library/lease_reply.hpp"
#include "client_library/server_link.hpp"
#include "io/clock.hpp"
#include "io/random.hpp"

namespace sluice {

class ConsumerThreads : public std::enable_shared_from_this<ConsumerThreads> {
  public:
    // The options were checked. Nothing happens before start().
    ConsumerThreads(ServerLink link, ConsumerOptions options, EventHandler handler);
    ~ConsumerThreads() { stop(); }

    // Once. When one of the threads cannot be made the others are ended: nothing was leased.
    Result<void> start();
    // An event that the handler was given. On any thread.
    void settle(const Leased& leased, Settlement settlement);
    void request_stop();
    // Waits for the threads, unless it is called on one of them.
    void stop();
    void wait();
    bool has_ended() const;
    std::optional<ClientError> fatal_error() const;
    ConsumerCounts counts() const;

  private:
    // A connection, and how patiently it is made again.
    struct Line {
        ServerLink link;
        Random random;
        Backoff backoff;
        MonoTime answered{};
    };

    void lease_events();
    std::size_t wait_for_slots();
    Expected<std::vector<Leased>> lease_some(std::size_t count);
    void begin(std::vector<Leased> leased);

    void handle_events();
    std::optional<Leased> next_event();

    void settle_events();
    // Nothing when there is no more to settle, ever.
    std::optional<std::vector<SettleRequest>> wait_for_requests();
    Expected<void> send(const std::vector<SettleRequest>& requests, std::size_t& answered);
    bool has_given_up() const;

    // Says what is wrong, ends the consumer if that will not pass, and waits a while.
    void recover(Line& line, const ClientError& error);
    void end_with(const ClientError& error);
    void on_answer(Line& line);
    void add_thread(void (ConsumerThreads::*work)());
    void notify(const Notice& notice);
    void wake_all();
    MonoTime now() { return SystemClock().mono(); }

    ConsumerOptions options_;
    EventHandler handler_;
    std::optional<Line> leasing_;
    std::optional<Line> settling_;

    mutable std::mutex mutex_;
    // Who waits: the thread that leases, that which settles, the handlers, and everybody else.
    std::condition_variable room_;
    std::condition_variable settled_;
    std::condition_variable leased_;
    std::condition_variable changed_;
    LeaseLedger ledger_;
    std::deque<Leased> deliveries_;
    std::size_t in_hand_ = 0;  // given to the handler, not settled
    bool is_stopping_ = false;
    bool is_leasing_ = true;
    bool has_ended_ = false;
    std::uint64_t reconnects_ = 0;
    std::optional<ClientError> fatal_error_;

    std::mutex notice_mutex_;
    std::mutex join_mutex_;
    std::vector<std::thread> threads_;  // last: they use all of the above
};

}  // namespace sluice
