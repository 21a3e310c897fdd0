// XLEN, XTRIM, XSETID and XCFGSET.

#include "server/error_replies.hpp"
#include "server/number_argument.hpp"
#include "stream_commands/entry_append.hpp"
#include "stream_commands/stream_access.hpp"
#include "stream_commands/stream_append_options.hpp"
#include "stream_commands/stream_handlers.hpp"
#include "stream_commands/stream_ids.hpp"

namespace sluice {

namespace {

struct SetId {
    EntryId last;
    std::optional<std::uint64_t> entries_added;
    EntryId max_deleted;  // 0-0: as it is
};

std::optional<SetId> parse_xsetid(CommandContext& context) {
    const Request& request = context.request;
    const auto last = id_argument(context, 2);
    if (!last) return std::nullopt;
    SetId parsed{*last, std::nullopt, {}};
    for (std::size_t at = 3; at < request.size(); at += 2) {
        const bool has_value = at + 1 < request.size();
        if (has_value && is_word(request[at], "entriesadded")) {
            const auto added = integer_argument(context, at + 1);
            if (!added) return std::nullopt;
            if (*added < 0) {
                context.reply.error("ERR entries_added must be positive");
                return std::nullopt;
            }
            parsed.entries_added = static_cast<std::uint64_t>(*added);
        } else if (has_value && is_word(request[at], "maxdeletedid")) {
            const auto max_deleted = id_argument(context, at + 1);
            if (!max_deleted) return std::nullopt;
            parsed.max_deleted = *max_deleted;
            if (parsed.last < parsed.max_deleted) {
                context.reply.error(
                    "ERR The ID specified in XSETID is smaller than the provided "
                    "max_deleted_entry_id");
                return std::nullopt;
            }
        } else {
            context.reply.error(error_text::syntax);
            return std::nullopt;
        }
    }
    return parsed;
}

// Why the stream cannot take these numbers; empty when it can.
std::string_view objection(const Stream& stream, const SetId& wanted) {
    if (wanted.last < stream.max_deleted_id()) {
        return "ERR The ID specified in XSETID is smaller than current max_deleted_entry_id";
    }
    if (stream.size() == 0) return {};
    if (wanted.last < stream.index().back().id) {
        return "ERR The ID specified in XSETID is smaller than the target stream top item";
    }
    if (wanted.entries_added && *wanted.entries_added < stream.size()) {
        return "ERR The entries_added specified in XSETID is smaller than the target stream length";
    }
    return {};
}

// The stream of argument 1, which must exist; nothing when an error has been replied.
std::optional<StreamKey> existing_stream(CommandContext& context) {
    const auto found = find_stream(context, context.request[1]);
    if (!found) return std::nullopt;
    if (*found) return found;
    context.reply.error(error_text::no_such_key);
    return std::nullopt;
}

struct IdmpOption {
    std::string_view word;
    std::string_view name;
    std::uint64_t IdempotencySettings::* setting;
    std::uint64_t min;
    std::uint64_t max;
    std::string_view unit;
};

constexpr IdmpOption idmp_options[] = {
    {"idmp-duration", "IDMP-DURATION", &IdempotencySettings::seconds,
     IdempotencySettings::seconds_min, IdempotencySettings::seconds_max, "seconds"},
    {"idmp-maxsize", "IDMP-MAXSIZE", &IdempotencySettings::per_producer,
     IdempotencySettings::per_producer_min, IdempotencySettings::per_producer_max, "entries"},
};

// Reads one option and its value into the settings; false when an error has been replied.
bool read_idmp_option(CommandContext& context, std::size_t at, IdempotencySettings& settings,
                      std::uint32_t& seen) {
    const Request& request = context.request;
    for (std::uint32_t i = 0; i < std::size(idmp_options); ++i) {
        const IdmpOption& option = idmp_options[i];
        if (!is_word(request[at], option.word) || at + 1 == request.size()) continue;
        const std::string name(option.name);
        if ((seen & (1u << i)) != 0) {
            context.reply.error("ERR " + name + " specified multiple times");
            return false;
        }
        seen |= 1u << i;
        const auto value = integer_argument(context, at + 1);
        if (!value) return false;
        if (*value < static_cast<std::int64_t>(option.min) ||
            *value > static_cast<std::int64_t>(option.max)) {
            context.reply.error("ERR " + name + " must be between " + std::to_string(option.min) +
                                " and " + std::to_string(option.max) + " " +
                                std::string(option.unit));
            return false;
        }
        settings.*option.setting = static_cast<std::uint64_t>(*value);
        return true;
    }
    context.reply.error(error_text::syntax);
    return false;
}

}  // namespace

void run_xlen(CommandContext& context) {
    const auto found = find_stream(context, context.request[1]);
    if (!found) return;
    context.reply.integer(*found ? static_cast<std::int64_t>(found->stream->size()) : 0);
}

void run_xtrim(CommandContext& context) {
    const auto options = parse_xtrim(context);
    if (!options) return;
    const auto found = find_stream(context, context.request[1]);
    if (!found) return;
    if (!*found) return context.reply.integer(0);
    context.reply.integer(
        static_cast<std::int64_t>(trim(context, *found, *options, LossCause::xtrim)));
}

void run_xsetid(CommandContext& context) {
    const auto wanted = parse_xsetid(context);
    if (!wanted) return;
    const auto found = existing_stream(context);
    if (!found || !admits_more(context, *found)) return;
    const Stream& stream = *found->stream;
    if (const auto reason = objection(stream, *wanted); !reason.empty()) {
        return context.reply.error(reason);
    }
    if (!admits_id(context, *found, context.request[1], wanted->last)) return;
    const bool keeps_deleted = wanted->max_deleted == EntryId::min();
    commit_effect(
        context, *found,
        set_id_effect(wanted->last, wanted->entries_added.value_or(stream.entries_added()),
                      keeps_deleted ? stream.max_deleted_id() : wanted->max_deleted));
    context.reply.ok();
}

void run_xcfgset(CommandContext& context) {
    const auto found = existing_stream(context);
    if (!found || !admits_more(context, *found)) return;
    const IdempotencySettings& current = found->stream->idempotency().settings();
    IdempotencySettings settings = current;
    std::uint32_t seen = 0;
    for (std::size_t at = 2; at < context.request.size(); at += 2) {
        if (!read_idmp_option(context, at, settings, seen)) return;
    }
    if (seen == 0) return context.reply.error("ERR At least one parameter must be specified");
    // Publishers may all say the same at their start: only a new value empties the table.
    if (settings != current) {
        commit_effect(context, *found, idempotency_settings_effect(settings));
    }
    context.reply.ok();
}

}  // namespace sluice
