#include "client_library/responder_work.hpp"

#include <algorithm>

#include "client_library/backoff.hpp"
#include "client_library/client_error.hpp"
#include "client_library/run_handler.hpp"
#include "io/clock.hpp"
#include "io/random.hpp"

namespace sluice {
namespace {

// How late a request that runs hears of its cancel.
constexpr auto watch_every = std::chrono::milliseconds(200);
constexpr std::string_view producer = "sluice:responder";

Fields fields_of(const Delivery& delivery) {
    Fields fields;
    for (const auto& [name, value] : delivery.fields)
        fields.push_back({name, value});
    return fields;
}

ReplyKind kind_of(RequestAnswer::Kind kind) {
    switch (kind) {
        case RequestAnswer::Kind::result:
            return ReplyKind::result;
        case RequestAnswer::Kind::error:
            return ReplyKind::error;
        case RequestAnswer::Kind::cancelled:
            break;
    }
    return ReplyKind::cancelled;
}

// An attempt answers once, and its progress of one number once.
std::string key_of(const ReplyMessage& reply) {
    const std::string part =
        is_final(reply.kind) ? std::string("final") : std::to_string(reply.sequence);
    return reply.correlation_id + ":" + std::to_string(reply.attempt) + ":" + part;
}

std::chrono::system_clock::time_point time_point_of(WallTime time) {
    return std::chrono::system_clock::time_point(
        std::chrono::duration_cast<std::chrono::system_clock::duration>(
            std::chrono::microseconds(time.microseconds)));
}

}  // namespace

ResponderWork::ResponderWork(ServerLink link, Connection answering, ResponderOptions options,
                             RequestHandler handler)
    : options_(std::move(options)),
      handler_(std::move(handler)),
      cancels_(std::move(link), cancel_stream_of(options_.stream)),
      answering_(std::move(answering)),
      watcher_([this] { watch_cancels(); }) {}

ResponderWork::~ResponderWork() {
    {
        const std::lock_guard lock(book_mutex_);
        is_stopping_ = is_ending_ = true;
        changed_.notify_all();
    }
    watcher_.join();
}

void ResponderWork::request_stop() {
    const std::lock_guard lock(book_mutex_);
    is_stopping_ = true;
    changed_.notify_all();
}

ResponderCounts ResponderWork::counts() const {
    const std::lock_guard lock(book_mutex_);
    return counts_;
}

// ---- One request. The numbers are those of docs/protocol/request_reply.md.

Settlement ResponderWork::on_delivery(const Delivery& delivery) {
    const auto request = decode_request(fields_of(delivery));
    if (!request) return refuse_unreadable(delivery, request.error());  // 1
    const auto may_answer = check_reply_stream(request->reply_to, options_.reply_stream_prefix);
    if (!may_answer) return refuse_unreadable(delivery, may_answer.error());
    read_cancels();  // 3
    RunningRequests::Verdict verdict{};
    {
        const std::lock_guard lock(book_mutex_);
        verdict = book_.begin(*request, SystemClock().wall());
    }
    const std::int64_t attempt = std::max<std::int64_t>(delivery.deliveries, 1);
    if (verdict == RunningRequests::Verdict::expired) {  // 2
        return give(request->reply_to, reply_to(*request, attempt, ReplyKind::expired));
    }
    if (verdict == RunningRequests::Verdict::cancelled) {  // 3
        return give(request->reply_to, reply_to(*request, attempt, ReplyKind::cancelled));
    }
    const ReplyMessage reply = run(*request, attempt);  // 4
    {
        const std::lock_guard lock(book_mutex_);
        book_.end(request->correlation_id);
    }
    return give(request->reply_to, reply);  // 5
}

ReplyMessage ResponderWork::run(const RequestMessage& request, std::int64_t attempt) {
    IncomingRequest incoming;
    incoming.correlation_id = request.correlation_id;
    incoming.operation = request.operation;
    incoming.body = request.body;
    incoming.requester = request.requester;
    incoming.trace_id = request.trace_id;
    incoming.deadline = time_point_of(request.deadline);
    incoming.attempt = attempt;
    incoming.is_cancelled_ = [this, &request] { return is_over(request); };
    incoming.progress_ = [this, &request, attempt](std::string_view body) {
        return progress(request, attempt, body);
    };
    RequestAnswer answer = run_request_handler(handler_, incoming);
    ReplyMessage reply = reply_to(request, attempt, kind_of(answer.kind));
    if (!answer.body.empty()) reply.body = std::move(answer.body);
    reply.code = answer.code.substr(0, reply_code_bytes_max);
    reply.message = answer.message.substr(0, reply_message_bytes_max);
    const auto encoded = encode_reply(reply, {});
    if (encoded) return reply;
    // The handler gave no msgpack value, or too large a one: that is its failure.
    reply = reply_to(request, attempt, ReplyKind::error);
    reply.code = "failed";
    reply.message = "the answer cannot be sent: " + encoded.error().message;
    return reply;
}

ReplyMessage ResponderWork::reply_to(const RequestMessage& request, std::int64_t attempt,
                                     ReplyKind kind) {
    return {.kind = kind,
            .correlation_id = request.correlation_id,
            .responder = options_.responder.substr(0, request_name_bytes_max),
            .attempt = attempt,
            .trace_id = request.trace_id};
}

bool ResponderWork::is_over(const RequestMessage& request) const {
    if (request.deadline <= SystemClock().wall()) return true;
    const std::lock_guard lock(book_mutex_);
    return book_.is_cancelled(request.correlation_id);
}

Expected<void> ResponderWork::progress(const RequestMessage& request, std::int64_t attempt,
                                       std::string_view body) {
    ReplyMessage reply = reply_to(request, attempt, ReplyKind::progress);
    if (!body.empty()) reply.body = body;
    {
        const std::lock_guard lock(book_mutex_);
        reply.sequence = book_.next_sequence(request.correlation_id);
    }
    return publish(request.reply_to, reply);
}

// ---- Answering.

Expected<void> ResponderWork::publish(const std::string& reply_stream, const ReplyMessage& reply) {
    const auto fields = encode_reply(reply, SystemClock().wall());
    if (!fields) return ClientError{ErrorKind::invalid, "answer: " + fields.error().message};
    FieldList list;
    for (const Field& field : *fields)
        list.emplace_back(field.name, field.value);
    const std::lock_guard lock(reply_mutex_);
    const auto sent = answering_.publish(reply_stream, list,
                                         {.producer = std::string(producer), .key = key_of(reply)});
    if (!sent) return sent.error();
    return {};
}

// Until it is there, or the lease must be over. When it never can be, that is told in the dead
// letters.
Settlement ResponderWork::give(const std::string& reply_stream, const ReplyMessage& reply) {
    Backoff backoff;
    Random random(system_seed());
    const MonoTime give_up_at = SystemClock().mono() + Duration::from_ms(options_.lease.count());
    for (;;) {
        const auto sent = publish(reply_stream, reply);
        if (sent) {
            count(reply.kind);
            return ack();
        }
        std::unique_lock lock(book_mutex_);
        if (!is_passing(sent.error())) {
            ++counts_.unanswerable;
            return dead("unanswerable", sent.error().message);
        }
        if (SystemClock().mono() >= give_up_at) return release();
        const auto pause = std::chrono::microseconds(backoff.next(random.next()).microseconds);
        if (changed_.wait_for(lock, pause, [this] { return is_stopping_; })) return release();
    }
}

Settlement ResponderWork::refuse_unreadable(const Delivery& delivery, const Error& why) {
    const auto address = return_address(fields_of(delivery));
    if (!check_reply_stream(address.reply_to, options_.reply_stream_prefix)) {
        const std::lock_guard lock(book_mutex_);
        ++counts_.unanswerable;
        return dead("invalid", why.message);
    }
    return give(address.reply_to,
                {.kind = ReplyKind::error,
                 .correlation_id = address.correlation_id,
                 .responder = options_.responder.substr(0, request_name_bytes_max),
                 .attempt = std::max<std::int64_t>(delivery.deliveries, 1),
                 .code = "invalid",
                 .message = why.message.substr(0, reply_message_bytes_max)});
}

void ResponderWork::count(ReplyKind kind) {
    const std::lock_guard lock(book_mutex_);
    switch (kind) {
        case ReplyKind::result:
            ++counts_.answered;
            break;
        case ReplyKind::error:
            ++counts_.failed;
            break;
        case ReplyKind::expired:
            ++counts_.expired;
            break;
        case ReplyKind::cancelled:
            ++counts_.cancelled;
            break;
        case ReplyKind::progress:
            break;
    }
}

// ---- Cancels.

// All that are there. A cancel is a wish: without a server the request runs.
void ResponderWork::read_cancels() {
    const std::lock_guard tail_lock(tail_mutex_);
    for (;;) {
        const auto entries = cancels_.read({});
        if (!entries || entries->empty()) return;
        const std::lock_guard lock(book_mutex_);
        for (const TailEntry& entry : *entries) {
            const auto cancel = decode_cancel(entry.fields);
            if (cancel) book_.on_cancel(*cancel, SystemClock().wall());
        }
    }
}

void ResponderWork::watch_cancels() {
    std::unique_lock lock(book_mutex_);
    while (!is_ending_) {
        changed_.wait_for(lock, watch_every, [this] { return is_ending_; });
        if (is_ending_ || book_.running() == 0) continue;
        lock.unlock();
        read_cancels();
        lock.lock();
    }
}

}  // namespace sluice
