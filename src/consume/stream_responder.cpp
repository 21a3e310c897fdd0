#include "consume/stream_responder.hpp"

#include <algorithm>
#include <csignal>

#include "cli/server_flags.hpp"

namespace sluice {
namespace {

constexpr std::string_view block_ms = "500";
constexpr std::string_view producer = "sluice:responder";
constexpr Duration look_every = Duration::from_ms(200);  // for cancels, deadlines and our leases
constexpr Duration kill_after = Duration::from_seconds(2);
constexpr Duration try_every = Duration::from_seconds(1);

// Once connected, what a server refuses it would refuse again.
bool is_refusal(const Error& error) {
    return error.code == Errc::invalid;
}

}  // namespace

Result<void> StreamResponder::run(OwnSignals& signals) {
    signals_ = &signals;
    SLUICE_TRY_ASSIGN(client_, connect_());
    while (stops_ == 0) {
        SLUICE_TRY_ASSIGN(const Reply leased,
                          call({"SLUICE.LEASE", "GROUP", plan_.member.group, plan_.member.consumer,
                                "COUNT", "1", "LEASE", std::to_string(plan_.lease.ms()), "BLOCK",
                                std::string(block_ms), "STREAMS", plan_.stream}));
        SLUICE_TRY_ASSIGN(const auto events, deliveries_of(leased));
        on_signals();
        if (events.empty() && plan_.is_once) return {};
        for (const ConsumedEvent& event : events) {
            SLUICE_TRY(stops_ > 0 ? settle(event, Settle::release()) : respond(event));
        }
        on_signals();
    }
    return {};
}

// ---- One request. The numbers are those of docs/protocol/request_reply.md.

Result<void> StreamResponder::respond(const ConsumedEvent& event) {
    const auto request = decode_request(event.entry.fields);
    if (!request) return refuse_unreadable(event, request.error());  // 1
    const auto may_answer = check_reply_stream(request->reply_to, plan_.reply_stream_prefix);
    if (!may_answer) return refuse_unreadable(event, may_answer.error());
    SLUICE_TRY(read_cancels());  // 3
    const auto verdict = book_.begin(*request, clock_.wall());
    ReplyMessage reply{.correlation_id = request->correlation_id, .trace_id = request->trace_id};
    switch (verdict) {
        case RunningRequests::Verdict::expired:  // 2
            reply.kind = ReplyKind::expired;
            return answer(event, request->reply_to, std::move(reply));
        case RunningRequests::Verdict::cancelled:  // 3
            reply.kind = ReplyKind::cancelled;
            return answer(event, request->reply_to, std::move(reply));
        case RunningRequests::Verdict::run:
            break;
    }
    const auto done = run_command(event, *request);  // 4 and 5
    book_.end(request->correlation_id);
    return done;
}

Result<void> StreamResponder::refuse_unreadable(const ConsumedEvent& event, const Error& why) {
    auto address = return_address(event.entry.fields);
    if (!check_reply_stream(address.reply_to, plan_.reply_stream_prefix)) {
        return settle(event,
                      {.kind = Settle::Kind::dead, .reason = "invalid", .error = why.message});
    }
    return answer(event, address.reply_to,
                  {.kind = ReplyKind::error,
                   .correlation_id = std::move(address.correlation_id),
                   .code = "invalid",
                   .message = why.message.substr(0, reply_message_bytes_max)});
}

Result<void> StreamResponder::run_command(const ConsumedEvent& event,
                                          const RequestMessage& request) {
    const auto attempt = static_cast<std::int64_t>(event.deliveries);
    auto child = Child::start(plan_.command, environment_of(request, attempt, plan_.inherited),
                              ChildOutput::captured);
    if (!child) return settle(event, Settle::retry(child.error().message));
    (*child)->write(input_of(request));
    (*child)->close_input();
    SLUICE_TRY_ASSIGN(const auto end, wait_for(**child, event, request));
    if (!end) return settle(event, Settle::release());
    auto reply = reply_for(request, *end);
    if (!reply) return settle(event, Settle::retry(end->last_words));
    return answer(event, request.reply_to, std::move(*reply));
}

Result<std::optional<CommandEnd>> StreamResponder::wait_for(Child& child,
                                                            const ConsumedEvent& event,
                                                            const RequestMessage& request) {
    CommandEnd end;
    std::optional<MonoTime> kill_at;
    MonoTime look_at = clock_.mono();
    MonoTime extend_at = look_at + Duration{plan_.lease.microseconds / 3};
    for (;;) {
        if (const auto status = child.exit_status()) {
            end.status = *status;
            break;
        }
        std::vector<pollfd> waiting = {signals_->waiting()};
        child.add_to(waiting);
        ::poll(waiting.data(), waiting.size(), static_cast<int>(look_every.ms()));
        child.pump();
        on_signals();
        if (stops_ > 1) return std::optional<CommandEnd>();
        const MonoTime now = clock_.mono();
        if (now >= extend_at) {
            extend_at = now + Duration{plan_.lease.microseconds / 3};
            SLUICE_TRY_ASSIGN(const bool is_ours, extend(event));
            if (!is_ours) return std::optional<CommandEnd>();
        }
        if (now >= look_at && !kill_at) {
            look_at = now + look_every;
            SLUICE_TRY(read_cancels());
            end.is_output_too_long = child.is_broken();
            end.was_stopped = is_over(request);
            if (!end.was_stopped && !end.is_output_too_long) continue;
            child.signal_group(SIGTERM);
            kill_at = now + kill_after;
        }
        if (kill_at && now >= *kill_at) child.signal_group(SIGKILL);
    }
    end.is_output_too_long = child.is_broken();
    end.output = child.take_output();
    end.last_words = child.last_words();
    return std::optional(std::move(end));
}

bool StreamResponder::is_over(const RequestMessage& request) {
    return request.deadline <= clock_.wall() || book_.is_cancelled(request.correlation_id);
}

// ---- What is said to the server.

Result<void> StreamResponder::answer(const ConsumedEvent& event, const std::string& reply_stream,
                                     ReplyMessage reply) {
    reply.responder = plan_.member.consumer.substr(0, request_name_bytes_max);
    reply.attempt = std::max<std::int64_t>(static_cast<std::int64_t>(event.deliveries), 1);
    SLUICE_TRY_ASSIGN(const Fields fields, encode_reply(reply, clock_.wall()));
    // Said twice, it is added once.
    std::vector<std::string> words = {
        "XADD",
        reply_stream,
        "IDMP",
        std::string(producer),
        reply.correlation_id + ":" + std::to_string(reply.attempt) + ":final",
        "*"};
    for (const Field& field : fields)
        words.insert(words.end(), {field.name, field.value});
    const auto added = call(words);
    if (!added && !is_refusal(added.error())) return added.error();
    if (!added) {
        tell_(reply.correlation_id, "unanswerable");
        return settle(
            event,
            {.kind = Settle::Kind::dead, .reason = "unanswerable", .error = added.error().message});
    }
    SLUICE_TRY(settle(event, {}));
    tell_(reply.correlation_id, name_of(reply.kind));
    return {};
}

// What the answer is does not matter: the lease is over, one way or another.
Result<void> StreamResponder::settle(const ConsumedEvent& event, const Settle& settle) {
    const auto said = call(request_for(settle, event, plan_.member.group));
    const bool is_known =
        said || said.error().message.contains("STALE") || said.error().message.contains("NONE");
    return is_known ? Result<void>() : Result<void>(said.error());
}

Result<bool> StreamResponder::extend(const ConsumedEvent& event) {
    SLUICE_TRY_ASSIGN(const Reply reply, call({"SLUICE.EXTEND", event.stream, plan_.member.group,
                                               std::to_string(plan_.lease.ms()), event.entry.id,
                                               std::to_string(event.epoch)}));
    SLUICE_TRY_ASSIGN(const auto words, parse_words(reply));
    return !words.empty() && words.front() == SettleAnswer::Word::ok;
}

Result<void> StreamResponder::read_cancels() {
    for (;;) {
        SLUICE_TRY_ASSIGN(const Reply read, call({"XREAD", "COUNT", "1000", "STREAMS",
                                                  cancel_stream_of(plan_.stream), last_cancel_}));
        const auto entries = entries_of_first_stream(read);
        if (entries.empty()) return {};
        for (const StreamEntry& entry : entries) {
            const auto cancel = decode_cancel(entry.fields);
            if (cancel) book_.on_cancel(*cancel, clock_.wall());
        }
        last_cancel_ = entries.back().id;
    }
}

Result<Reply> StreamResponder::call(const std::vector<std::string>& words) {
    const std::vector<std::string_view> views(words.begin(), words.end());
    for (;;) {
        if (!client_) {
            auto connected = connect_();
            if (connected) client_ = std::move(*connected);
            if (!connected && is_refusal(connected.error())) return connected.error();
        }
        if (client_) {
            auto reply = client_->call(views);
            if (reply) return as_result(std::move(*reply));
            client_.reset();
        }
        if (stops_ > 0) return Error{Errc::unavailable, "the server is gone"};
        pause(try_every);
    }
}

void StreamResponder::pause(Duration time) {
    pollfd waiting = signals_->waiting();
    ::poll(&waiting, 1, static_cast<int>(time.ms()));
    on_signals();
}

}  // namespace sluice
