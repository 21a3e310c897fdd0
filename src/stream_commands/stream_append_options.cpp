#include "stream_commands/stream_append_options.hpp"

#include <algorithm>
#include <string>

#include "server/error_replies.hpp"
#include "server/number_argument.hpp"
#include "server/server.hpp"
#include "stream_commands/stream_ids.hpp"

namespace sluice {

namespace {

// Entries that approximate trimming without LIMIT looks at: 100 nodes, but within bounds.
constexpr std::uint64_t trim_nodes_default = 100;
constexpr std::uint64_t trim_limit_without_nodes = 10'000;
constexpr std::uint64_t trim_limit_max = 1'000'000;

enum class Trimmer : std::uint8_t { xadd, xtrim };

class AppendParser {
  public:
    AppendParser(CommandContext& context, Trimmer command)
        : context_(context), request_(context.request), command_(command) {}

    std::optional<AppendOptions> run();

  private:
    // The word of an option, how many arguments must follow it, and who reads them.
    struct Option {
        std::string_view word;
        std::size_t following;
        bool of_xadd_only;
        bool (AppendParser::*read)();
    };
    static const Option options[];

    bool fail(std::string_view error) {
        context_.reply.error(error);
        return false;
    }
    std::size_t following() const { return request_.size() - at_ - 1; }
    const Option* find_option() const;
    bool read_option_or_id();
    bool read_id();
    bool read_strategy(TrimOptions::By by);
    bool read_length();
    bool read_id_min();
    bool read_limit();
    bool read_nomkstream();
    bool read_idmp();
    bool read_idmpauto();
    bool set_references(References references);
    bool read_keepref() { return set_references(References::keep); }
    bool read_delref() { return set_references(References::remove); }
    bool read_acked() { return set_references(References::respect); }
    bool check_together();
    void set_default_limit();

    CommandContext& context_;
    const Request& request_;
    Trimmer command_;
    AppendOptions parsed_;
    std::size_t at_ = 2;
    bool has_id_ = false;
    bool has_limit_ = false;
    bool has_references_ = false;
};

constexpr AppendParser::Option AppendParser::options[] = {
    {"maxlen", 1, false, &AppendParser::read_length},
    {"minid", 1, false, &AppendParser::read_id_min},
    {"limit", 1, false, &AppendParser::read_limit},
    {"keepref", 0, false, &AppendParser::read_keepref},
    {"delref", 0, false, &AppendParser::read_delref},
    {"acked", 0, false, &AppendParser::read_acked},
    {"nomkstream", 0, true, &AppendParser::read_nomkstream},
    {"idmpauto", 1, true, &AppendParser::read_idmpauto},
    {"idmp", 2, true, &AppendParser::read_idmp},
};

const AppendParser::Option* AppendParser::find_option() const {
    for (const Option& option : options) {
        if (option.of_xadd_only && command_ == Trimmer::xtrim) continue;
        if (following() < option.following || !is_word(request_[at_], option.word)) continue;
        return &option;
    }
    return nullptr;
}

// MAXLEN and MINID: an optional "~" or "=" before the threshold.
bool AppendParser::read_strategy(TrimOptions::By by) {
    if (parsed_.trim.by != TrimOptions::By::nothing) {
        return fail(
            "ERR syntax error, MAXLEN and MINID options at the same time are not compatible");
    }
    parsed_.trim.by = by;
    const bool has_mark =
        following() >= 2 && (request_[at_ + 1] == "~" || request_[at_ + 1] == "=");
    parsed_.trim.approximate = has_mark && request_[at_ + 1] == "~";
    at_ += has_mark ? 2 : 1;
    return true;
}

bool AppendParser::read_length() {
    if (!read_strategy(TrimOptions::By::length)) return false;
    const auto length = integer_argument(context_, at_);
    if (!length) return false;
    if (*length < 0) return fail("ERR The MAXLEN argument must be >= 0.");
    parsed_.trim.length_max = static_cast<std::uint64_t>(*length);
    return true;
}

bool AppendParser::read_id_min() {
    if (!read_strategy(TrimOptions::By::id)) return false;
    const auto id = id_argument(context_, at_);
    if (id) parsed_.trim.id_min = *id;
    return id.has_value();
}

bool AppendParser::read_limit() {
    const auto limit = integer_argument(context_, ++at_);
    if (!limit) return false;
    if (*limit < 0) return fail("ERR The LIMIT argument must be >= 0.");
    parsed_.trim.limit = static_cast<std::uint64_t>(*limit);
    has_limit_ = true;
    return true;
}

bool AppendParser::set_references(References references) {
    if (has_references_) {
        return fail(command_ == Trimmer::xadd ? error_text::invalid_id : error_text::syntax);
    }
    has_references_ = true;
    parsed_.trim.references = references;
    return true;
}

bool AppendParser::read_nomkstream() {
    parsed_.creates_stream = false;
    return true;
}

bool AppendParser::read_idmpauto() {
    if (!parsed_.producer.empty()) {
        return fail("ERR syntax error, IDMP/IDMPAUTO specified multiple times");
    }
    parsed_.producer = request_[++at_];
    if (!parsed_.producer.empty()) return true;
    return fail("ERR syntax error, IDMPAUTO requires a non-empty producer ID");
}

bool AppendParser::read_idmp() {
    if (!parsed_.producer.empty()) {
        return fail("ERR syntax error, IDMP/IDMPAUTO specified multiple times");
    }
    parsed_.producer = request_[++at_];
    if (parsed_.producer.empty()) {
        return fail("ERR syntax error, IDMP requires a non-empty producer ID");
    }
    parsed_.key = request_[++at_];
    if (!parsed_.key.empty()) return true;
    return fail("ERR syntax error, IDMP requires a non-empty idempotent ID");
}

bool AppendParser::read_id() {
    const std::string_view text = request_[at_];
    has_id_ = true;
    if (text == "*") return true;
    const bool is_automatic_seq = text.ends_with("-*");
    const auto id = EntryId::parse(is_automatic_seq ? text.substr(0, text.size() - 2) : text, 0);
    if (!id || (is_automatic_seq && text.find('-') != text.size() - 2)) {
        return fail(error_text::invalid_id);
    }
    if (!parsed_.producer.empty()) {
        return fail("ERR syntax error, IDMP/IDMPAUTO can be used only with auto-generated IDs");
    }
    parsed_.id = {is_automatic_seq ? NewId::Kind::automatic_seq : NewId::Kind::given, *id};
    return true;
}

bool AppendParser::read_option_or_id() {
    if (const Option* option = find_option()) return (this->*option->read)();
    if (command_ == Trimmer::xadd) return read_id();
    return fail(error_text::syntax);
}

// Approximate trimming is limited, so that no command takes long.
void AppendParser::set_default_limit() {
    if (!parsed_.trim.approximate) return;
    const std::uint64_t per_node = context_.server.settings().stream_node_entries_max;
    const std::uint64_t limit = std::min(per_node, trim_limit_max) * trim_nodes_default;
    parsed_.trim.limit = per_node == 0 ? trim_limit_without_nodes : std::min(limit, trim_limit_max);
}

bool AppendParser::check_together() {
    if (parsed_.trim.limit > 0 && parsed_.trim.by == TrimOptions::By::nothing) {
        return fail(
            "ERR syntax error, LIMIT cannot be used without specifying a trimming strategy");
    }
    if (command_ == Trimmer::xtrim && parsed_.trim.by == TrimOptions::By::nothing) {
        return fail("ERR syntax error, XTRIM must be called with a trimming strategy");
    }
    if (!has_limit_) {
        set_default_limit();
    } else if (!parsed_.trim.approximate) {
        return fail("ERR syntax error, LIMIT cannot be used without the special ~ option");
    }
    return true;
}

std::optional<AppendOptions> AppendParser::run() {
    for (; at_ < request_.size() && !has_id_; ++at_) {
        if (!read_option_or_id()) return std::nullopt;
    }
    if (!check_together()) return std::nullopt;
    parsed_.first_field = at_;
    return parsed_;
}

}  // namespace

std::optional<AppendOptions> parse_xadd(CommandContext& context) {
    auto parsed = AppendParser(context, Trimmer::xadd).run();
    if (!parsed) return std::nullopt;
    const std::size_t elements = context.request.size() - parsed->first_field;
    if (elements < 2 || elements % 2 != 0) {
        context.reply.error("ERR wrong number of arguments for 'xadd' command");
        return std::nullopt;
    }
    if (parsed->id.kind == NewId::Kind::given && parsed->id.id == EntryId::min()) {
        context.reply.error("ERR The ID specified in XADD must be greater than 0-0");
        return std::nullopt;
    }
    return parsed;
}

std::optional<TrimOptions> parse_xtrim(CommandContext& context) {
    const auto parsed = AppendParser(context, Trimmer::xtrim).run();
    if (!parsed) return std::nullopt;
    return parsed->trim;
}

}  // namespace sluice
