#include "client_library/requester_work.hpp"

#include <algorithm>

#include "client_library/client_error.hpp"
#include "client_library/run_handler.hpp"

namespace sluice {
namespace {

// How late a request may be given up, and how long close() waits for the reading thread.
constexpr Duration read_block = Duration::from_ms(500);
// What a cancel stream remembers; docs/protocol/request_reply.md.
constexpr std::string_view cancels_max = "10000";

ClientError of_core(std::string_view action, const Error& error) {
    return {ErrorKind::invalid, std::string(action) + ": " + error.message};
}

FieldList list_of(const Fields& fields) {
    FieldList list;
    for (const Field& field : fields)
        list.emplace_back(field.name, field.value);
    return list;
}

RequestEnd::Kind kind_of(RequestEnding ending) {
    switch (ending) {
        case RequestEnding::answered:
            return RequestEnd::Kind::answered;
        case RequestEnding::failed:
            return RequestEnd::Kind::failed;
        case RequestEnding::expired:
            return RequestEnd::Kind::expired;
        case RequestEnding::cancelled:
            return RequestEnd::Kind::cancelled;
        case RequestEnding::indeterminate:
            break;
    }
    return RequestEnd::Kind::indeterminate;
}

RequestEnd end_of(ReplyMessage reply) {
    return {.kind = kind_of(ending_of(reply.kind)),
            .correlation_id = std::move(reply.correlation_id),
            .body = std::move(reply.body),
            .code = std::move(reply.code),
            .message = std::move(reply.message),
            .responder = std::move(reply.responder)};
}

// Where request() waits.
struct Slot {
    std::mutex mutex;
    std::condition_variable filled;
    std::optional<RequestEnd> end;
};

}  // namespace

RequesterWork::RequesterWork(ServerLink link, Connection sending, RequesterOptions options)
    : options_(std::move(options)),
      reply_stream_(reply_stream_of(options_.reply_stream_prefix, options_.worker_id)),
      tail_(link.another(), reply_stream_),
      reading_(std::move(link)),
      random_(system_seed()),
      sending_(std::move(sending)),
      cancelling_(reading_.another()),
      uuid_random_(system_seed()),
      reader_([this] { read_replies(); }) {}

// ---- Asking.

std::string RequesterWork::new_correlation_id() {
    const std::lock_guard lock(mutex_);
    return uuids_.next(SystemClock().wall(), {uuid_random_.next(), uuid_random_.next()}).text();
}

Expected<std::string> RequesterWork::send(const RequestCall& call, OnRequestEnd on_end,
                                          OnRequestProgress on_progress) {
    constexpr std::string_view action = "request";
    const auto now = SystemClock().wall();
    const std::int64_t longest = request_wait_max.ms() + 1;  // is refused
    const auto left =
        Duration::from_ms(std::clamp<std::int64_t>(call.wait_max.count(), 0, longest));
    RequestMessage message{
        .correlation_id = call.correlation_id.empty() ? new_correlation_id() : call.correlation_id,
        .reply_to = reply_stream_,
        .operation = call.operation,
        .deadline = now + left,
        .body = call.body.empty() ? std::string(nil_body) : call.body,
        .requester = options_.worker_id,
        .trace_id = call.trace_id};
    const auto fields = encode_request(message, now);
    if (!fields) return of_core(action, fields.error());
    {
        const std::lock_guard lock(mutex_);
        if (is_closing_) return ClientError{ErrorKind::unavailable, "request: it was closed"};
        const auto begun = book_.begin(message.correlation_id, left, SystemClock().mono());
        if (!begun) return of_core(action, begun.error());
        waiters_.emplace(
            message.correlation_id,
            std::make_shared<Waiter>(std::move(on_end), std::move(on_progress), message.deadline));
    }
    const auto sent = publish(options_.stream, *fields, message.correlation_id);
    if (!sent && sent.error().kind != ErrorKind::indeterminate) {
        // Its end may have been told while it was being sent: it was given up, or all was closed.
        if (forget(message.correlation_id)) return sent.error();
    }
    return message.correlation_id;
}

// The key makes sending again harmless: the server adds it once.
Expected<void> RequesterWork::publish(std::string_view stream, const Fields& fields,
                                      const std::string& key) {
    const std::lock_guard lock(sending_mutex_);
    const auto sent =
        sending_.publish(stream, list_of(fields), {.producer = options_.worker_id, .key = key});
    if (!sent) return sent.error();
    return {};
}

bool RequesterWork::forget(const std::string& correlation_id) {
    const std::lock_guard lock(mutex_);
    book_.forget(correlation_id);
    return waiters_.erase(correlation_id) > 0;
}

Expected<RequestEnd> RequesterWork::request(const RequestCall& call,
                                            const OnRequestProgress& on_progress) {
    const auto slot = std::make_shared<Slot>();
    const auto on_end = [slot](const RequestEnd& end) {
        const std::lock_guard lock(slot->mutex);
        slot->end = end;
        slot->filled.notify_all();
    };
    const auto sent = send(call, on_end, on_progress);
    if (!sent) return sent.error();
    std::unique_lock lock(slot->mutex);
    slot->filled.wait(lock, [&] { return slot->end.has_value(); });
    return std::move(*slot->end);
}

Expected<void> RequesterWork::cancel(std::string_view correlation_id, std::string_view reason) {
    CancelMessage message{.correlation_id = std::string(correlation_id),
                          .deadline = {},
                          .reason = std::string(reason)};
    {
        const std::lock_guard lock(mutex_);
        const auto waiter = waiters_.find(message.correlation_id);
        if (waiter == waiters_.end()) {
            return ClientError{ErrorKind::not_found, "cancel: this request is not pending"};
        }
        message.deadline = waiter->second->deadline;
    }
    const auto fields = encode_cancel(message, SystemClock().wall());
    if (!fields) return of_core("cancel", fields.error());
    std::vector<std::string> args = {"XADD", cancel_stream_of(options_.stream), "MAXLEN",
                                     "~",    std::string(cancels_max),          "*"};
    for (const Field& field : *fields)
        args.insert(args.end(), {field.name, field.value});
    const std::lock_guard lock(sending_mutex_);
    auto added = cancelling_.call("cancel", args);
    // Twice says no more than once.
    if (!added && is_passing(added.error())) added = cancelling_.call("cancel", args);
    if (!added) return added.error();
    return {};
}

std::size_t RequesterWork::pending() const {
    const std::lock_guard lock(mutex_);
    return book_.size();
}

// ---- Being answered.

void RequesterWork::read_replies() {
    const auto is_open = [this] {
        const std::lock_guard lock(mutex_);
        return !is_closing_;
    };
    while (is_open()) {
        const auto entries = tail_.read(read_block);
        if (entries) {
            if (backoff_.succeeded()) notice("connected again");
            handle(*entries);
        } else {
            recover(entries.error());
        }
        std::vector<std::string> late;
        {
            const std::lock_guard lock(mutex_);
            late = book_.on_time(SystemClock().mono());
        }
        give_up(late, "no answer came in time");
    }
}

void RequesterWork::handle(const std::vector<TailEntry>& entries) {
    std::vector<std::string> args = {"XDEL", reply_stream_};
    for (const TailEntry& entry : entries) {
        if (handle(entry)) args.push_back(entry.id);
    }
    if (args.size() == 2) return;
    const auto deleted = reading_.call("delete what was handled", args);
    // They come again after the next restart, as repetitions.
    if (!deleted) notice(deleted.error().message);
}

bool RequesterWork::handle(const TailEntry& entry) {
    auto reply = decode_reply(entry.fields);
    if (!reply) {
        notice("entry " + entry.id + " of '" + reply_stream_ + "': " + reply.error().message);
        return false;
    }
    PendingRequests::Fate fate{};
    std::shared_ptr<Waiter> waiter;
    {
        const std::lock_guard lock(mutex_);
        fate = book_.on_reply(*reply);
        const auto at = waiters_.find(reply->correlation_id);
        if (at != waiters_.end()) waiter = at->second;
    }
    switch (fate) {
        case PendingRequests::Fate::repeated:
            return true;
        case PendingRequests::Fate::ended: {
            const std::string id = reply->correlation_id;
            end(id, end_of(std::move(*reply)));
            return true;
        }
        case PendingRequests::Fate::progress:
            run_guarded([&] {
                if (!waiter->on_progress) return;
                waiter->on_progress({.correlation_id = reply->correlation_id,
                                     .body = reply->body,
                                     .attempt = reply->attempt,
                                     .sequence = reply->sequence});
            });
            return true;
        case PendingRequests::Fate::orphan:
            break;
    }
    if (!is_final(reply->kind)) return true;  // of no use without its request
    bool is_taken = false;
    run_guarded([&] { is_taken = options_.on_orphan && options_.on_orphan(end_of(*reply)); });
    return is_taken;
}

void RequesterWork::end(const std::string& correlation_id, RequestEnd end) {
    std::shared_ptr<Waiter> waiter;
    {
        const std::lock_guard lock(mutex_);
        const auto at = waiters_.find(correlation_id);
        if (at == waiters_.end()) return;
        waiter = std::move(at->second);
        waiters_.erase(at);
    }
    run_guarded([&] {
        if (waiter->on_end) waiter->on_end(end);
    });
}

void RequesterWork::give_up(const std::vector<std::string>& correlation_ids, std::string_view why) {
    for (const std::string& id : correlation_ids) {
        end(id, {.kind = RequestEnd::Kind::indeterminate,
                 .correlation_id = id,
                 .message = std::string(why)});
    }
}

// What was not deleted before is read again.
void RequesterWork::recover(const ClientError& error) {
    notice(error.message);
    tail_.restart();
    reading_.drop();
    const Duration pause = std::min(backoff_.next(random_.next()), read_block);
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, std::chrono::microseconds(pause.microseconds),
                      [this] { return is_closing_; });
}

void RequesterWork::notice(const std::string& sentence) {
    run_guarded([&] {
        if (options_.on_notice) options_.on_notice(sentence);
    });
}

void RequesterWork::close() {
    {
        const std::lock_guard lock(mutex_);
        is_closing_ = true;
        changed_.notify_all();
    }
    {
        const std::lock_guard lock(join_mutex_);
        if (reader_.joinable()) reader_.join();
    }
    std::vector<std::string> open;
    {
        const std::lock_guard lock(mutex_);
        open = book_.close();
    }
    give_up(open, "the requester was closed");
}

}  // namespace sluice
