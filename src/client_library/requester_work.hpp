// What a Requester does: sends from any thread, reads its reply stream on one of its own.
//
// Invariant  a waiter is in waiters_ exactly as long as its request is pending
// Threads    mutex_ guards the book and the waiters, sending_mutex_ the connections that
//            send; neither is held over a callback. The tail and reading_ belong to the reading
//            thread.
#pragma once

#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <thread>

#include "client_library/backoff.hpp"
#include "client_library/stream_tail.hpp"
#include "event/uuid.hpp"
#include "io/clock.hpp"
#include "io/random.hpp"
#include "requests/pending_requests.hpp"
#include "sluice/requester.hpp"

namespace sluice {

class RequesterWork {
  public:
    // The options were checked; `sending` is connected.
    RequesterWork(ServerLink link, Connection sending, RequesterOptions options);
    ~RequesterWork() { close(); }

    Expected<RequestEnd> request(const RequestCall& call, const OnRequestProgress& on_progress);
    Expected<std::string> send(const RequestCall& call, OnRequestEnd on_end,
                               OnRequestProgress on_progress);
    Expected<void> cancel(std::string_view correlation_id, std::string_view reason);
    std::size_t pending() const;
    void close();

  private:
    struct Waiter {
        OnRequestEnd on_end;
        OnRequestProgress on_progress;
        WallTime deadline;
    };

    std::string new_correlation_id();
    Expected<void> publish(std::string_view stream, const Fields& fields, const std::string& key);
    // False: it had ended.
    bool forget(const std::string& correlation_id);

    void read_replies();
    void handle(const std::vector<TailEntry>& entries);
    // Whether it can be deleted.
    bool handle(const TailEntry& entry);
    void end(const std::string& correlation_id, RequestEnd end);
    void give_up(const std::vector<std::string>& correlation_ids, std::string_view why);
    void recover(const ClientError& error);
    void notice(const std::string& sentence);

    const RequesterOptions options_;
    const std::string reply_stream_;
    StreamTail tail_;
    ServerLink reading_;
    Random random_;
    Backoff backoff_;

    std::mutex sending_mutex_;
    Connection sending_;
    ServerLink cancelling_;

    mutable std::mutex mutex_;
    std::condition_variable changed_;
    PendingRequests book_;
    std::map<std::string, std::shared_ptr<Waiter>> waiters_;
    UuidV7Generator uuids_;
    Random uuid_random_;
    bool is_closing_ = false;

    std::mutex join_mutex_;
    std::thread reader_;  // last: it uses all of the above
};

}  // namespace sluice
