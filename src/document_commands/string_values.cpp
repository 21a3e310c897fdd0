// Whole strings: read, written, read and written in one step.

#include <optional>

#include "document/effect.hpp"
#include "document_commands/document_access.hpp"
#include "document_commands/expiry_argument.hpp"
#include "document_commands/string_handlers.hpp"
#include "server/error_replies.hpp"
#include "server/number_argument.hpp"

namespace sluice {

namespace {

enum class Condition : std::uint8_t { always, if_missing, if_present };

struct SetOptions {
    Condition condition = Condition::always;
    bool replies_old_value = false;
    bool keeps_expiry = false;
    bool removes_expiry = false;  // GETEX PERSIST
    std::optional<ExpiryArgument> expiry;

    bool has_expiry_option() const { return keeps_expiry || removes_expiry || expiry; }
};

// EX and its like may be repeated, but not mixed with each other or with KEEPTTL and PERSIST.
bool take_expiry_option(const Request& request, std::size_t& at, SetOptions& options) {
    const auto unit = parse_expiry_word(request[at]);
    if (!unit || at + 1 >= request.size()) return false;
    if (options.keeps_expiry || options.removes_expiry) return false;
    const bool mixed = options.expiry && (options.expiry->unit.in_seconds != unit->in_seconds ||
                                          options.expiry->unit.is_absolute != unit->is_absolute);
    if (mixed) return false;
    options.expiry = ExpiryArgument{*unit, ++at};
    return true;
}

bool take_set_option(std::string_view word, SetOptions& options) {
    if (is_word(word, "nx") && options.condition != Condition::if_present) {
        options.condition = Condition::if_missing;
    } else if (is_word(word, "xx") && options.condition != Condition::if_missing) {
        options.condition = Condition::if_present;
    } else if (is_word(word, "get")) {
        options.replies_old_value = true;
    } else if (is_word(word, "keepttl") && !options.expiry) {
        options.keeps_expiry = true;
    } else {
        return false;
    }
    return true;
}

// Nothing, with the error replied, when an option is unknown or contradicts another.
std::optional<SetOptions> parse_set_options(CommandContext& context) {
    SetOptions options;
    for (std::size_t at = 3; at < context.request.size(); ++at) {
        if (take_set_option(context.request[at], options)) continue;
        if (take_expiry_option(context.request, at, options)) continue;
        context.reply.error(error_text::syntax);
        return std::nullopt;
    }
    return options;
}

std::optional<SetOptions> parse_getex_options(CommandContext& context) {
    SetOptions options;
    for (std::size_t at = 2; at < context.request.size(); ++at) {
        if (is_word(context.request[at], "persist") && !options.expiry) {
            options.removes_expiry = true;
            continue;
        }
        if (take_expiry_option(context.request, at, options)) continue;
        context.reply.error(error_text::syntax);
        return std::nullopt;
    }
    return options;
}

void reply_string(CommandContext& context, Key* key) {
    if (key == nullptr) {
        context.reply.null();
    } else {
        context.reply.bulk(*key->string());
    }
}

// The old value as the reply; false when an error is the reply.
bool reply_old_string(CommandContext& context, std::string_view name) {
    const auto found = find_string(context, name);
    if (found) reply_string(context, *found);
    return found.has_value();
}

// Writes the value over whatever the name held, with the expiry that the options ask for.
void write_string(CommandContext& context, const SetOptions& options, std::string_view value,
                  std::optional<WallTime> expires_at) {
    const std::string_view name = context.request[1];
    if (options.keeps_expiry) {
        const Key* key = context.engine.find(context.tenant, name);
        if (key != nullptr) expires_at = key->expires_at;
    }
    overwrite_with_string(context, name, value, expires_at);
}

void set_with_expiry(CommandContext& context, ExpiryUnit unit) {
    const auto expires_at = positive_expiry_argument(context, {unit, 2});
    if (!expires_at) return;
    write_string(context, {}, context.request[3], expires_at);
    context.reply.ok();
}

void write_pairs(CommandContext& context) {
    const Request& request = context.request;
    for (std::size_t i = 1; i < request.size(); i += 2) {
        overwrite_with_string(context, request[i], request[i + 1]);
    }
}

bool has_whole_pairs(CommandContext& context) {
    if (context.request.size() % 2 == 1) return true;
    context.reply.error("ERR wrong number of arguments for '" + command_name(context) +
                        "' command");
    return false;
}

}  // namespace

void run_get(CommandContext& context) {
    reply_old_string(context, context.request[1]);
}

void run_set(CommandContext& context) {
    const auto options = parse_set_options(context);
    if (!options) return;
    std::optional<WallTime> expires_at;
    if (options->expiry) {
        expires_at = positive_expiry_argument(context, *options->expiry);
        if (!expires_at) return;
    }
    const std::string_view name = context.request[1];
    if (options->replies_old_value && !reply_old_string(context, name)) return;

    const bool present = context.engine.find(context.tenant, name) != nullptr;
    const bool refused = (options->condition == Condition::if_missing && present) ||
                         (options->condition == Condition::if_present && !present);
    if (!refused) write_string(context, *options, context.request[2], expires_at);
    if (options->replies_old_value) return;
    if (refused) {
        context.reply.null();
    } else {
        context.reply.ok();
    }
}

void run_setnx(CommandContext& context) {
    const bool present = context.engine.find(context.tenant, context.request[1]) != nullptr;
    if (!present) write_string(context, {}, context.request[2], std::nullopt);
    context.reply.integer(present ? 0 : 1);
}

void run_setex(CommandContext& context) {
    set_with_expiry(context, {.in_seconds = true});
}

void run_psetex(CommandContext& context) {
    set_with_expiry(context, {});
}

void run_getset(CommandContext& context) {
    if (!reply_old_string(context, context.request[1])) return;
    write_string(context, {}, context.request[2], std::nullopt);
}

void run_getdel(CommandContext& context) {
    const auto found = find_string(context, context.request[1]);
    if (!found) return;
    reply_string(context, *found);
    if (*found != nullptr) context.engine.remove(**found);
}

void run_getex(CommandContext& context) {
    const auto options = parse_getex_options(context);
    if (!options) return;
    const auto found = find_string(context, context.request[1]);
    if (!found) return;
    if (*found == nullptr) {
        context.reply.null();
        return;
    }
    Key& key = **found;
    std::optional<WallTime> expires_at;
    if (options->expiry) {
        expires_at = positive_expiry_argument(context, *options->expiry);
        if (!expires_at) return;
    }
    reply_string(context, &key);
    if (expires_at && *expires_at <= context.engine.wall()) {
        context.engine.remove(key);
    } else if (expires_at || (options->removes_expiry && key.expires_at)) {
        context.engine.set_expiry(key, expires_at);
    }
}

void run_mget(CommandContext& context) {
    const std::size_t mark = context.reply.mark();
    context.reply.array(context.request.size() - 1);
    for (const std::string_view name : context.request.from(1)) {
        Key* key = context.engine.find(context.tenant, name);
        const bool is_string = key != nullptr && key->type() == ValueType::string;
        if (is_string && key->degraded) {
            context.reply.truncate(mark);
            refuses_damaged(context, *key);
            return;
        }
        reply_string(context, is_string ? key : nullptr);
    }
}

void run_mset(CommandContext& context) {
    if (!has_whole_pairs(context)) return;
    write_pairs(context);
    context.reply.ok();
}

void run_msetnx(CommandContext& context) {
    if (!has_whole_pairs(context)) return;
    for (std::size_t i = 1; i < context.request.size(); i += 2) {
        if (context.engine.find(context.tenant, context.request[i]) == nullptr) continue;
        context.reply.integer(0);
        return;
    }
    write_pairs(context);
    context.reply.integer(1);
}

}  // namespace sluice
