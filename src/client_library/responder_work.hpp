// What a responder does with one request after the other: decides, runs, answers.
//
// Invariant  what on_delivery() acknowledges has its final reply in the requester's stream
// Threads    on_delivery() from the handlers of a consumer, several at once. book_mutex_ guards the
//            book and the counts, tail_mutex_ the cancels' tail, reply_mutex_ the connection that
//            answers; none is held over the handler.
#pragma once

#include <condition_variable>
#include <mutex>
#include <thread>

#include "client_library/stream_tail.hpp"
#include "requests/running_requests.hpp"
#include "sluice/responder.hpp"

namespace sluice {

class ResponderWork {
  public:
    // The options were checked; `answering` is connected.
    ResponderWork(ServerLink link, Connection answering, ResponderOptions options,
                  RequestHandler handler);
    ~ResponderWork();

    Settlement on_delivery(const Delivery& delivery);
    // Answers that cannot be given now are not waited for any more.
    void request_stop();
    ResponderCounts counts() const;

  private:
    ReplyMessage run(const RequestMessage& request, std::int64_t attempt);
    ReplyMessage reply_to(const RequestMessage& request, std::int64_t attempt, ReplyKind kind);
    Settlement give(const std::string& reply_stream, const ReplyMessage& reply);
    Settlement refuse_unreadable(const Delivery& delivery, const Error& why);
    Expected<void> publish(const std::string& reply_stream, const ReplyMessage& reply);
    Expected<void> progress(const RequestMessage& request, std::int64_t attempt,
                            std::string_view body);
    bool is_over(const RequestMessage& request) const;
    void read_cancels();
    void watch_cancels();
    void count(ReplyKind kind);

    const ResponderOptions options_;
    const RequestHandler handler_;

    std::mutex tail_mutex_;
    StreamTail cancels_;
    std::mutex reply_mutex_;
    Connection answering_;

    mutable std::mutex book_mutex_;
    std::condition_variable changed_;
    RunningRequests book_;
    ResponderCounts counts_;
    bool is_stopping_ = false;
    bool is_ending_ = false;

    std::thread watcher_;  // last: it uses all of the above
};

}  // namespace sluice
