// HGETDEL, HGETEX and HSETEX: fields read or written together with their expiry.

#include <algorithm>

#include "document_commands/document_access.hpp"
#include "document_commands/expiry_argument.hpp"
#include "document_commands/hash_field_list.hpp"
#include "document_commands/hash_handlers.hpp"
#include "server/error_replies.hpp"
#include "server/number_argument.hpp"

namespace sluice {

namespace {

enum class Condition : std::uint8_t { always, none_present, all_present };

struct FieldOptions {
    Condition condition = Condition::always;  // FNX, FXX
    bool keeps_or_persists = false;           // HSETEX KEEPTTL, HGETEX PERSIST
    std::optional<ExpiryArgument> expiry;
    std::size_t first_field = 0;
    std::size_t field_count = 0;
};

// What differs between the two commands with options.
struct OptionForm {
    std::string_view ttl_word;  // "keepttl" or "persist"
    bool has_condition = false;
    std::size_t words_per_field = 1;
    std::string_view two_expiries;
};

constexpr OptionForm set_form{
    "keepttl", true, 2, "ERR Only one of EX, PX, EXAT, PXAT or KEEPTTL arguments can be specified"};
constexpr OptionForm get_form{
    "persist", false, 1,
    "ERR Only one of EX, PX, EXAT, PXAT or PERSIST arguments can be specified"};

// Reads options up to FIELDS and its count. Each step answers an error text, empty when all is
// well.
class OptionParser {
  public:
    OptionParser(const Request& request, const OptionForm& form, std::string arity_error)
        : request_(request), form_(form), arity_error_(std::move(arity_error)) {}

    std::string parse() {
        for (std::size_t at = 2; at < request_.size(); ++at) {
            if (is_word(request_[at], "fields")) return take_fields(at);
            if (std::string problem = take_option(at); !problem.empty()) return problem;
        }
        return arity_error_;
    }
    const FieldOptions& options() const { return options_; }

  private:
    std::string take_fields(std::size_t at) {
        if (at + 1 + form_.words_per_field >= request_.size()) return arity_error_;
        const auto count = parse_integer(request_[at + 1]);
        if (!count || *count < 1) return "ERR invalid number of fields";
        const std::size_t words = request_.size() - at - 2;
        if (words % form_.words_per_field != 0 ||
            words / form_.words_per_field != static_cast<std::uint64_t>(*count)) {
            return arity_error_;
        }
        options_.first_field = at + 2;
        options_.field_count = static_cast<std::size_t>(*count);
        return {};
    }

    std::string take_option(std::size_t& at) {
        const std::string_view word = request_[at];
        if (is_word(word, form_.ttl_word)) {
            if (options_.expiry || options_.keeps_or_persists)
                return std::string(form_.two_expiries);
            options_.keeps_or_persists = true;
            return {};
        }
        if (const auto unit = parse_expiry_word(word)) {
            if (at + 1 >= request_.size()) return arity_error_;
            if (options_.expiry || options_.keeps_or_persists)
                return std::string(form_.two_expiries);
            options_.expiry = ExpiryArgument{*unit, ++at};
            return {};
        }
        const bool is_condition = is_word(word, "fnx") || is_word(word, "fxx");
        if (!form_.has_condition || !is_condition) {
            return "ERR unknown argument: " + printable(word, 128);
        }
        if (options_.condition != Condition::always) {
            return "ERR Only one of FXX or FNX arguments can be specified";
        }
        options_.condition =
            is_word(word, "fnx") ? Condition::none_present : Condition::all_present;
        return {};
    }

    const Request& request_;
    const OptionForm& form_;
    std::string arity_error_;
    FieldOptions options_;
};

std::optional<FieldOptions> parse_field_options(CommandContext& context, const OptionForm& form) {
    OptionParser parser(
        context.request, form,
        "ERR wrong number of arguments for '" + command_name(context) + "' command");
    const std::string problem = parser.parse();
    if (problem.empty()) return parser.options();
    context.reply.error(problem);
    return std::nullopt;
}

// The moment that the options give, if any; false when an error has been replied.
bool resolve_expiry(CommandContext& context, const FieldOptions& options,
                    std::optional<WallTime>& expires_at) {
    if (!options.expiry) return true;
    expires_at = positive_expiry_argument(context, *options.expiry);
    return expires_at.has_value();
}

void reply_values(CommandContext& context, Key* key, FieldNames names) {
    context.reply.array(names.size());
    for (const std::string_view name : names) {
        const auto field = key == nullptr ? std::nullopt : key->hash()->find(name);
        if (field) {
            context.reply.bulk(field->value);
        } else {
            context.reply.null();
        }
    }
}

void remove_fields(CommandContext& context, Key& key, FieldNames names) {
    Changes changes(EffectKind::hash_remove);
    for (const std::string_view name : names) {
        if (key.hash()->find(name)) changes.next().add_name(name);
    }
    changes.commit(context, key);
    remove_if_empty(context, key);
}

bool condition_holds(Condition condition, Key* key, std::span<const std::string_view> pairs) {
    if (condition == Condition::always) return true;
    const bool wanted = condition == Condition::all_present;
    for (std::size_t i = 0; i < pairs.size(); i += 2) {
        const bool present = key != nullptr && key->hash()->find(pairs[i]).has_value();
        if (present != wanted) return false;
    }
    return true;
}

void write_fields(CommandContext& context, Key& key, std::span<const std::string_view> pairs,
                  const FieldOptions& options, std::optional<WallTime> expires_at) {
    Changes fields(EffectKind::hash_set);
    Changes expiries(EffectKind::hash_expire);
    for (std::size_t i = 0; i < pairs.size(); i += 2) {
        std::optional<WallTime> until = expires_at;
        const auto old = key.hash()->find(pairs[i]);
        if (options.keeps_or_persists && old) until = old->expires_at;
        fields.next().add_field(pairs[i], pairs[i + 1]);
        if (until) expiries.next().add_expiry(pairs[i], until);
    }
    fields.commit(context, key);
    expiries.commit(context, key);
}

}  // namespace

void run_hgetdel(CommandContext& context) {
    const auto found = find_hash(context, context.request[1]);
    if (!found) return;
    const auto names =
        field_list_argument(context, 2, "ERR Number of fields must be a positive integer");
    if (!names) return;
    reply_values(context, *found, *names);
    if (*found != nullptr) remove_fields(context, **found, *names);
}

void run_hgetex(CommandContext& context) {
    const auto options = parse_field_options(context, get_form);
    if (!options) return;
    const auto found = find_hash(context, context.request[1]);
    if (!found) return;
    std::optional<WallTime> expires_at;
    if (!resolve_expiry(context, *options, expires_at)) return;
    const FieldNames names = context.request.from(options->first_field);
    reply_values(context, *found, names);
    if (*found == nullptr) return;
    if (expires_at && *expires_at <= context.engine.wall()) {
        return remove_fields(context, **found, names);
    }
    if (!expires_at && !options->keeps_or_persists) return;
    Changes changes(EffectKind::hash_expire);
    for (const std::string_view name : names) {
        const auto field = (*found)->hash()->find(name);
        if (field && field->expires_at != expires_at) changes.next().add_expiry(name, expires_at);
    }
    changes.commit(context, **found);
}

void run_hsetex(CommandContext& context) {
    const auto options = parse_field_options(context, set_form);
    if (!options) return;
    const auto found = find_hash(context, context.request[1]);
    if (!found) return;
    std::optional<WallTime> expires_at;
    if (!resolve_expiry(context, *options, expires_at)) return;
    const auto pairs = context.request.from(options->first_field);
    if (!condition_holds(options->condition, *found, pairs)) return context.reply.integer(0);
    context.reply.integer(1);
    Key& key = key_or_new(context, *found, context.request[1], ValueType::hash);
    write_fields(context, key, pairs, *options, expires_at);
    // A time that has passed already: written and gone in one step.
    if (expires_at && *expires_at <= context.engine.wall()) find_hash(context, key.name);
}

}  // namespace sluice
