// What requesters and responders write to each other, and how it stands in stream entries.
//
// Shape      docs/protocol/request_reply.md, "Entries"
// Promise    decode(encode(x)) = x but for what a double loses of a time (less than a microsecond)
// Errors     those of msgpack.hpp; invalid or limit; the message begins with the name of the member
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "event/event.hpp"
#include "event/result.hpp"
#include "event/time.hpp"

namespace sluice {

inline constexpr std::string_view default_request_stream = "sg:stream:tools";
inline constexpr std::string_view default_request_group = "sg:tools";
inline constexpr std::string_view default_reply_stream_prefix = "sg:tools:reply";

inline constexpr std::size_t request_name_bytes_max = 512;  // correlation ids, reply streams
inline constexpr std::size_t operation_bytes_max = 256;
inline constexpr std::size_t reply_code_bytes_max = 64;
inline constexpr std::size_t reply_message_bytes_max = 8192;
inline constexpr std::size_t request_body_bytes_max = std::size_t{4} << 20;
inline constexpr Duration request_wait_max = Duration::from_seconds(31 * 24 * 3600);
inline constexpr std::string_view nil_body = "\xc0";

std::string cancel_stream_of(std::string_view request_stream);
std::string reply_stream_of(std::string_view prefix, std::string_view worker_id);

// Whether a responder may write there: a request must not make it write to other streams.
Result<void> check_reply_stream(std::string_view name, std::string_view prefix);

struct RequestMessage {
    std::string correlation_id = {};
    std::string reply_to = {};
    std::string operation = {};
    WallTime deadline = {};
    std::string body = std::string(nil_body);  // one msgpack value
    std::string requester = {};
    std::string trace_id = {};
    friend bool operator==(const RequestMessage&, const RequestMessage&) = default;
};

struct CancelMessage {
    std::string correlation_id = {};
    WallTime deadline = {};
    std::string reason = {};
    friend bool operator==(const CancelMessage&, const CancelMessage&) = default;
};

enum class ReplyKind : std::uint8_t { progress, result, error, expired, cancelled };
std::string_view name_of(ReplyKind kind);
constexpr bool is_final(ReplyKind kind) {
    return kind != ReplyKind::progress;
}

struct ReplyMessage {
    ReplyKind kind = ReplyKind::result;
    std::string correlation_id = {};
    std::string responder = {};
    std::int64_t attempt = 1;
    std::int64_t sequence = 0;                 // of progress
    std::string body = std::string(nil_body);  // of result and progress; one msgpack value
    std::string code = {};                     // of error
    std::string message = {};
    std::string trace_id = {};
    friend bool operator==(const ReplyMessage&, const ReplyMessage&) = default;
};

// `now` is written in `ts`, for people; a request's deadline is at most request_wait_max later.
Result<Fields> encode_request(const RequestMessage& request, WallTime now);
Result<Fields> encode_cancel(const CancelMessage& cancel, WallTime now);
Result<Fields> encode_reply(const ReplyMessage& reply, WallTime now);

Result<RequestMessage> decode_request(std::span<const Field> fields);
Result<CancelMessage> decode_cancel(std::span<const Field> fields);
Result<ReplyMessage> decode_reply(std::span<const Field> fields);

// Of a request that cannot be read: where a refusal can go. Empty texts: nowhere.
struct ReturnAddress {
    std::string correlation_id;
    std::string reply_to;
};
ReturnAddress return_address(std::span<const Field> fields);

// Bodies for programs without a msgpack library.
std::string packed_text(std::string_view text);
std::string packed_bytes(std::string_view bytes);
// What a body of str or bin holds; nothing when it is something else.
std::optional<std::string> unpacked_text(std::string_view body);

}  // namespace sluice
