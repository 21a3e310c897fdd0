#include "requests/request_message.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "event/event_msgpack.hpp"
#include "event/msgpack.hpp"
#include "event/refusal.hpp"
#include "event/time_text.hpp"

namespace sluice {

namespace {

using Members = std::vector<MsgpackMember>;

constexpr std::array<std::string_view, 5> reply_kinds = {"progress", "result", "error", "expired",
                                                         "cancelled"};

// ---- Reading.

std::string_view find_field(std::span<const Field> fields, std::string_view name) {
    const auto field = std::ranges::find(fields, name, &Field::name);
    return field == fields.end() ? std::string_view() : std::string_view(field->value);
}

const MsgpackMember* find_member(const Members& members, std::string_view name) {
    const auto found = std::ranges::find(members, name, &MsgpackMember::name);
    if (found == members.end() || kind_of_msgpack(found->value) == MsgpackKind::nil) return nullptr;
    return &*found;
}

// The bytes in which a text may lie.
struct Length {
    std::size_t least = 0;
    std::size_t most = request_name_bytes_max;
};

Result<void> check_length(std::string_view name, std::string_view text, Length length) {
    if (text.size() < length.least) return refused(name, "must not be empty");
    if (text.size() > length.most) return over_limit(name, length.most, "bytes");
    return {};
}

Result<std::string> text_member(const Members& members, std::string_view name, Length length) {
    const auto* member = find_member(members, name);
    if (member == nullptr) {
        if (length.least > 0) return refused(name, "must be there");
        return std::string();
    }
    const auto text = msgpack_string(member->value);
    if (!text) return refused(name, "must be a string");
    SLUICE_TRY(check_length(name, *text, length));
    return std::string(*text);
}

Result<WallTime> time_member(const Members& members, std::string_view name) {
    const auto* member = find_member(members, name);
    if (member == nullptr) return refused(name, "must be there");
    const auto seconds = msgpack_number(member->value);
    constexpr double most = static_cast<double>(time_max.microseconds / 1'000'000);
    if (!seconds || !(*seconds >= 0) || *seconds > most) {
        return refused(name, "must be a number of Unix seconds");
    }
    return WallTime{std::llround(*seconds * 1e6)};
}

Result<std::int64_t> count_member(const Members& members, std::string_view name,
                                  std::int64_t otherwise) {
    const auto* member = find_member(members, name);
    if (member == nullptr) return otherwise;
    const auto count = msgpack_integer(member->value);
    if (!count || *count < otherwise) return refused(name, "must be a whole number, not negative");
    return *count;
}

Result<std::string> body_member(const Members& members) {
    const auto* member = find_member(members, "body");
    if (member == nullptr) return std::string(nil_body);
    if (member->value.size() > request_body_bytes_max) {
        return over_limit("body", request_body_bytes_max, "bytes");
    }
    return std::string(member->value);
}

Result<Members> members_of(std::span<const Field> fields) {
    const auto packed = find_field(fields, "data");
    if (packed.empty()) return refused("data", "must be there");
    auto members = split_msgpack_map(packed);
    if (!members) return members.error().within("data");
    return members;
}

Result<void> check_kind(const Members& members, std::string_view kind) {
    SLUICE_TRY_ASSIGN(const auto said, text_member(members, "kind", {.least = 1}));
    if (said != kind) return refused("kind", "must be " + std::string(kind));
    return {};
}

// ---- Writing.

class MapWriter {
  public:
    void text(std::string_view name, std::string_view text) {
        if (!text.empty()) begin(name).text(text);
    }
    void time(std::string_view name, WallTime time) {
        begin(name).real(static_cast<double>(time.microseconds) / 1e6);
    }
    void count(std::string_view name, std::int64_t count) { begin(name).integer(count); }
    void body(std::string_view packed) {
        if (packed != nil_body) begin("body").packed(packed);
    }

    Fields entry(WallTime now, std::string_view trace_id) {
        MsgpackWriter map;
        map.map(count_);
        map.packed(members_.take());
        return {{"data", map.take()},
                {"ts", unix_seconds_text(now)},
                {"trace_id", std::string(trace_id)}};
    }

  private:
    MsgpackWriter& begin(std::string_view name) {
        ++count_;
        members_.text(name);
        return members_;
    }

    MsgpackWriter members_;
    std::size_t count_ = 0;
};

Result<void> check_body(std::string_view body) {
    if (body.size() > request_body_bytes_max) {
        return over_limit("body", request_body_bytes_max, "bytes");
    }
    // Within the map it is one level deeper, beside a dozen other values.
    const MsgpackLimits limits{.depth_max = MsgpackLimits{}.depth_max - 1,
                               .items_max = MsgpackLimits{}.items_max - 64};
    const auto checked = check_msgpack(body, limits);
    if (!checked) return checked.error().within("body");
    return {};
}

}  // namespace

std::string cancel_stream_of(std::string_view request_stream) {
    return std::string(request_stream) + ":cancel";
}

std::string reply_stream_of(std::string_view prefix, std::string_view worker_id) {
    return std::string(prefix) + ":" + std::string(worker_id);
}

Result<void> check_reply_stream(std::string_view name, std::string_view prefix) {
    const bool is_behind =
        name.size() > prefix.size() + 1 && name.starts_with(prefix) && name[prefix.size()] == ':';
    if (is_behind) return {};
    return refused("reply_to", "must begin with " + std::string(prefix) + ":");
}

std::string_view name_of(ReplyKind kind) {
    return reply_kinds[static_cast<std::size_t>(kind)];
}

Result<Fields> encode_request(const RequestMessage& request, WallTime now) {
    SLUICE_TRY(check_length("correlation_id", request.correlation_id, {.least = 1}));
    SLUICE_TRY(check_length("reply_to", request.reply_to, {.least = 1}));
    SLUICE_TRY(check_length("operation", request.operation, {1, operation_bytes_max}));
    SLUICE_TRY(check_length("requester", request.requester, {}));
    SLUICE_TRY(check_length("trace_id", request.trace_id, {}));
    SLUICE_TRY(check_body(request.body));
    if (request.deadline < WallTime{} || request.deadline > now + request_wait_max) {
        return refused("deadline", "must be at most 31 days from now");
    }
    MapWriter map;
    map.text("kind", "request");
    map.text("correlation_id", request.correlation_id);
    map.text("reply_to", request.reply_to);
    map.text("operation", request.operation);
    map.time("deadline", request.deadline);
    map.body(request.body);
    map.text("requester", request.requester);
    return map.entry(now, request.trace_id);
}

Result<RequestMessage> decode_request(std::span<const Field> fields) {
    SLUICE_TRY_ASSIGN(const auto members, members_of(fields));
    SLUICE_TRY(check_kind(members, "request"));
    RequestMessage request;
    SLUICE_TRY_ASSIGN(request.correlation_id, text_member(members, "correlation_id", {.least = 1}));
    SLUICE_TRY_ASSIGN(request.reply_to, text_member(members, "reply_to", {.least = 1}));
    SLUICE_TRY_ASSIGN(request.operation,
                      text_member(members, "operation", {1, operation_bytes_max}));
    SLUICE_TRY_ASSIGN(request.deadline, time_member(members, "deadline"));
    SLUICE_TRY_ASSIGN(request.body, body_member(members));
    SLUICE_TRY_ASSIGN(request.requester, text_member(members, "requester", {}));
    request.trace_id = find_field(fields, "trace_id");
    SLUICE_TRY(check_length("trace_id", request.trace_id, {}));
    return request;
}

Result<Fields> encode_cancel(const CancelMessage& cancel, WallTime now) {
    SLUICE_TRY(check_length("correlation_id", cancel.correlation_id, {.least = 1}));
    SLUICE_TRY(check_length("reason", cancel.reason, {0, reply_message_bytes_max}));
    MapWriter map;
    map.text("kind", "cancel");
    map.text("correlation_id", cancel.correlation_id);
    map.time("deadline", cancel.deadline);
    map.text("reason", cancel.reason);
    return map.entry(now, {});
}

Result<CancelMessage> decode_cancel(std::span<const Field> fields) {
    SLUICE_TRY_ASSIGN(const auto members, members_of(fields));
    SLUICE_TRY(check_kind(members, "cancel"));
    CancelMessage cancel;
    SLUICE_TRY_ASSIGN(cancel.correlation_id, text_member(members, "correlation_id", {.least = 1}));
    SLUICE_TRY_ASSIGN(cancel.deadline, time_member(members, "deadline"));
    SLUICE_TRY_ASSIGN(cancel.reason, text_member(members, "reason", {0, reply_message_bytes_max}));
    return cancel;
}

Result<Fields> encode_reply(const ReplyMessage& reply, WallTime now) {
    SLUICE_TRY(check_length("correlation_id", reply.correlation_id, {.least = 1}));
    SLUICE_TRY(check_length("responder", reply.responder, {}));
    SLUICE_TRY(check_length("code", reply.code, {0, reply_code_bytes_max}));
    SLUICE_TRY(check_length("message", reply.message, {0, reply_message_bytes_max}));
    SLUICE_TRY(check_length("trace_id", reply.trace_id, {}));
    SLUICE_TRY(check_body(reply.body));
    MapWriter map;
    map.text("kind", name_of(reply.kind));
    map.text("correlation_id", reply.correlation_id);
    map.text("responder", reply.responder);
    map.count("attempt", reply.attempt);
    if (reply.kind == ReplyKind::progress) map.count("sequence", reply.sequence);
    map.body(reply.body);
    map.text("code", reply.code);
    map.text("message", reply.message);
    return map.entry(now, reply.trace_id);
}

Result<ReplyMessage> decode_reply(std::span<const Field> fields) {
    SLUICE_TRY_ASSIGN(const auto members, members_of(fields));
    ReplyMessage reply;
    SLUICE_TRY_ASSIGN(const auto kind, text_member(members, "kind", {.least = 1}));
    const auto known = std::ranges::find(reply_kinds, kind);
    if (known == reply_kinds.end()) {
        return refused("kind", "must be one of progress, result, error, expired, cancelled");
    }
    reply.kind = static_cast<ReplyKind>(known - reply_kinds.begin());
    SLUICE_TRY_ASSIGN(reply.correlation_id, text_member(members, "correlation_id", {.least = 1}));
    SLUICE_TRY_ASSIGN(reply.responder, text_member(members, "responder", {}));
    SLUICE_TRY_ASSIGN(reply.attempt, count_member(members, "attempt", 1));
    SLUICE_TRY_ASSIGN(reply.sequence, count_member(members, "sequence", 0));
    SLUICE_TRY_ASSIGN(reply.body, body_member(members));
    SLUICE_TRY_ASSIGN(reply.code, text_member(members, "code", {0, reply_code_bytes_max}));
    SLUICE_TRY_ASSIGN(reply.message, text_member(members, "message", {0, reply_message_bytes_max}));
    reply.trace_id = find_field(fields, "trace_id");
    SLUICE_TRY(check_length("trace_id", reply.trace_id, {}));
    return reply;
}

ReturnAddress return_address(std::span<const Field> fields) {
    const auto members = members_of(fields);
    if (!members) return {};
    auto correlation_id = text_member(*members, "correlation_id", {.least = 1});
    auto reply_to = text_member(*members, "reply_to", {.least = 1});
    if (!correlation_id || !reply_to) return {};
    return {std::move(*correlation_id), std::move(*reply_to)};
}

std::string packed_text(std::string_view text) {
    MsgpackWriter writer;
    writer.text(text);
    return writer.take();
}

std::string packed_bytes(std::string_view bytes) {
    MsgpackWriter writer;
    writer.binary(bytes);
    return writer.take();
}

std::optional<std::string> unpacked_text(std::string_view body) {
    if (!check_msgpack(body)) return std::nullopt;
    auto text = msgpack_string(body);
    if (!text) text = msgpack_binary(body);
    if (!text) return std::nullopt;
    return std::string(*text);
}

}  // namespace sluice
