#include "cli/request_exchange.hpp"

#include "cli/reply_streams.hpp"
#include "cli/server_flags.hpp"

namespace sluice {
namespace {

constexpr std::string_view block_ms = "500";
constexpr std::string_view cancels_max = "10000";

}  // namespace

Result<void> RequestExchange::add(const std::string& stream, const Fields& fields,
                                  std::initializer_list<std::string_view> options) {
    std::vector<std::string_view> args = {"XADD", stream};
    args.insert(args.end(), options);
    args.emplace_back("*");
    for (const Field& field : fields)
        args.insert(args.end(), {field.name, field.value});
    SLUICE_TRY_ASSIGN(Reply reply, client_.call(args));
    SLUICE_TRY(as_result(std::move(reply)));
    return {};
}

Result<void> RequestExchange::send(WallTime wall, MonoTime mono) {
    SLUICE_TRY_ASSIGN(const Fields fields, encode_request(request_, wall));
    SLUICE_TRY(pending_.begin(request_.correlation_id, request_.deadline - wall, mono));
    return add(stream_, fields, {});
}

Result<void> RequestExchange::cancel(WallTime wall) {
    const CancelMessage cancel{.correlation_id = request_.correlation_id,
                               .deadline = request_.deadline,
                               .reason = "interrupted"};
    SLUICE_TRY_ASSIGN(const Fields fields, encode_cancel(cancel, wall));
    return add(cancel_stream_of(stream_), fields, {"MAXLEN", "~", cancels_max});
}

Result<std::optional<ReplyMessage>> RequestExchange::next(MonoTime now) {
    if (entries_.empty()) {
        SLUICE_TRY_ASSIGN(const Reply read, ask(client_, {"XREAD", "COUNT", "16", "BLOCK", block_ms,
                                                          "STREAMS", request_.reply_to, last_}));
        for (StreamEntry& entry : entries_of_first_stream(read))
            entries_.push_back(std::move(entry));
    }
    while (!entries_.empty()) {
        const StreamEntry entry = std::move(entries_.front());
        entries_.pop_front();
        last_ = entry.id;
        auto reply = decode_reply(entry.fields);
        if (!reply || reply->correlation_id != request_.correlation_id) continue;
        const auto fate = pending_.on_reply(*reply);
        SLUICE_TRY(ask(client_, {"XDEL", request_.reply_to, entry.id}));
        if (fate != PendingRequests::Fate::repeated) return std::optional(std::move(*reply));
    }
    (void)pending_.on_time(now);
    return std::optional<ReplyMessage>();
}

Result<void> RequestExchange::clean_up() {
    SLUICE_TRY(remove_empty_stream(client_, request_.reply_to));
    return {};
}

}  // namespace sluice
