// XACK and XNACK.

#include <limits>

#include "server/error_replies.hpp"
#include "server/number_argument.hpp"
#include "stream_commands/stream_access.hpp"
#include "stream_commands/stream_handlers.hpp"
#include "stream_commands/stream_ids.hpp"

namespace sluice {

namespace {

// What handing back does to the delivery count.
enum class NackMode : std::uint8_t { silent, fail, fatal };

struct NackOptions {
    NackMode mode = NackMode::fail;
    std::size_t first_id = 0;
    std::size_t id_count = 0;
    std::optional<std::uint32_t> deliveries;  // RETRYCOUNT
    bool creates = false;                     // FORCE
};

class NackParser {
  public:
    explicit NackParser(CommandContext& context) : context_(context), request_(context.request) {}

    std::optional<NackOptions> run() {
        if (!read_mode()) return std::nullopt;
        while (at_ < request_.size()) {
            if (!read_option()) return std::nullopt;
        }
        if (parsed_.first_id > 0) return parsed_;
        fail("ERR syntax error, expected IDS keyword");
        return std::nullopt;
    }

  private:
    bool fail(std::string_view error) {
        context_.reply.error(error);
        return false;
    }

    bool read_mode() {
        constexpr std::pair<std::string_view, NackMode> words[] = {
            {"silent", NackMode::silent}, {"fail", NackMode::fail}, {"fatal", NackMode::fatal}};
        for (const auto& [word, mode] : words) {
            if (!is_word(request_[3], word)) continue;
            parsed_.mode = mode;
            return true;
        }
        return fail("ERR mode must be SILENT, FAIL, or FATAL");
    }

    bool read_option() {
        const bool has_value = at_ + 1 < request_.size();
        if (has_value && is_word(request_[at_], "ids")) return read_ids();
        if (has_value && is_word(request_[at_], "retrycount")) return read_retry_count();
        if (is_word(request_[at_], "force")) {
            parsed_.creates = true;
            ++at_;
            return true;
        }
        return fail("ERR Unrecognized XNACK option '" + printable(request_[at_], 128) + "'");
    }

    bool read_ids() {
        const auto count = parse_integer(request_[at_ + 1]);
        if (!count || *count < 1 || *count > std::numeric_limits<std::int32_t>::max()) {
            return fail("ERR numids must be a positive integer");
        }
        parsed_.first_id = at_ + 2;
        parsed_.id_count = static_cast<std::size_t>(*count);
        if (parsed_.id_count > request_.size() - parsed_.first_id) {
            return fail("ERR number of IDs doesn't match numids");
        }
        at_ = parsed_.first_id + parsed_.id_count;
        return true;
    }

    bool read_retry_count() {
        const auto count = integer_argument(context_, at_ + 1);
        if (!count) return false;
        if (*count < 0) return fail("ERR Invalid RETRYCOUNT value, must be >= 0");
        parsed_.deliveries = kept_deliveries(*count);
        at_ += 2;
        return true;
    }

    CommandContext& context_;
    const Request& request_;
    NackOptions parsed_;
    std::size_t at_ = 4;
};

std::uint32_t deliveries_after(const NackOptions& options, std::uint32_t before) {
    if (options.deliveries) return *options.deliveries;
    switch (options.mode) {
        case NackMode::silent:
            return before == 0 || before == delivery_count_max ? before : before - 1;
        case NackMode::fail:
            return before;
        case NackMode::fatal:
            return delivery_count_max;
    }
    return before;
}

}  // namespace

void run_xack(CommandContext& context) {
    const auto found = find_stream(context, context.request[1]);
    if (!found) return;
    Group* const group = *found ? found->stream->find_group(context.request[2]) : nullptr;
    if (group == nullptr) return context.reply.integer(0);
    const auto ids = id_arguments(context, 3, context.request.size() - 3);
    if (!ids) return;
    IdListCommit acknowledged(context, *found->key, Engine::Wait::yes,
                              [&] { return IdListEffect::acknowledge(group->name()); });
    std::int64_t count = 0;
    for (const EntryId id : *ids) {
        if (!group->acknowledge(id)) continue;
        acknowledged.add(id);
        ++count;
    }
    context.reply.integer(count);
}

void run_xnack(CommandContext& context) {
    const auto found = find_group(context, context.request[1], context.request[2]);
    if (!found) return;
    const auto options = NackParser(context).run();
    if (!options) return;
    const auto ids = id_arguments(context, options->first_id, options->id_count);
    if (!ids) return;
    IdListCommit released(context, *found->key, Engine::Wait::yes,
                          [&] { return IdListEffect::release(found->group->name()); });
    std::int64_t count = 0;
    for (const EntryId id : *ids) {
        const Pending* const pending = found->group->pending().find(id);
        if (pending == nullptr && (!options->creates || !found->stream->contains(id))) continue;
        const std::uint32_t before = pending == nullptr ? 0 : pending->deliveries;
        const std::uint32_t after = deliveries_after(*options, before);
        found->group->release(id, after);
        released.add(id, after);
        ++count;
    }
    context.reply.integer(count);
}

}  // namespace sluice
