// KEYS and SCAN.

#include <string>
#include <vector>

#include "document_commands/document_access.hpp"
#include "key_commands/generic_handlers.hpp"
#include "key_commands/generic_names.hpp"
#include "server/error_replies.hpp"
#include "server/number_argument.hpp"
#include "server/scan_arguments.hpp"
#include "server/server.hpp"

namespace sluice {

namespace {

// How many keys KEYS looks at between two cursors.
constexpr std::size_t keys_step = 4096;

bool is_alive(const Key& key, WallTime now) {
    return !key.expires_at || *key.expires_at > now;
}

// The names that a scan takes, and whether one cost too much to match.
class NameCollector {
  public:
    NameCollector(ScanOptions& options, WallTime now) : options_(options), now_(now) {}

    void visit(const Key& key) {
        ++seen_;
        if (!is_alive(key, now_)) return;
        const std::string_view type = options_.type;
        if (!type.empty() && !is_word(type, type_name(key.type()))) return;
        const auto taken = takes(options_, key.name);
        if (!taken) {
            matched_ = taken.error();
        } else if (*taken) {
            names_.emplace_back(key.name);
        }
    }
    std::size_t seen() const { return seen_; }
    const Result<void>& matched() const { return matched_; }
    const std::vector<std::string>& names() const { return names_; }

  private:
    ScanOptions& options_;
    WallTime now_;
    std::size_t seen_ = 0;
    std::vector<std::string> names_;
    Result<void> matched_;
};

void reply_names(CommandContext& context, const NameCollector& collector) {
    context.reply.array(collector.names().size());
    for (const std::string& name : collector.names()) {
        context.reply.bulk(name);
    }
}

}  // namespace

void run_keys(CommandContext& context) {
    const std::uint64_t count_max = context.server.settings().keys_count_max;
    if (context.engine.key_count(context.tenant) > count_max) {
        context.reply.error("ERR KEYS is refused for more than " + std::to_string(count_max) +
                            " keys, use SCAN");
        return;
    }
    auto pattern = Glob::parse(context.request[1]);
    if (!pattern) return context.reply.error("ERR " + pattern.error().message);
    ScanOptions options{.pattern = std::move(*pattern)};
    NameCollector collector(options, context.engine.wall());
    std::uint64_t cursor = 0;
    do {
        cursor = context.engine.scan(context.tenant, cursor, keys_step,
                                     [&](Key& key) { collector.visit(key); });
    } while (cursor != 0 && collector.matched());
    if (!collector.matched()) {
        return context.reply.error("ERR " + collector.matched().error().message);
    }
    reply_names(context, collector);
}

void run_scan(CommandContext& context) {
    auto cursor = scan_cursor_argument(context, ScanKind::keys);
    if (!cursor) return;
    auto options = scan_options_argument(context, ScanKind::keys);
    if (!options) return;
    NameCollector collector(*options, context.engine.wall());
    for (std::size_t round = 0; round < scan_rounds_max; ++round) {
        cursor = context.engine.scan(context.tenant, *cursor, options->count,
                                     [&](Key& key) { collector.visit(key); });
        if (*cursor == 0 || collector.seen() >= options->count) break;
    }
    if (!collector.matched()) {
        return context.reply.error("ERR " + collector.matched().error().message);
    }
    context.reply.array(2);
    context.reply.bulk(std::to_string(*cursor));
    reply_names(context, collector);
}

}  // namespace sluice
