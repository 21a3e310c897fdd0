// HRANDFIELD: fields chosen at random.

#include <algorithm>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

#include "document_commands/document_access.hpp"
#include "document_commands/hash_handlers.hpp"
#include "server/error_replies.hpp"
#include "server/number_argument.hpp"
#include "server/random_draws.hpp"

namespace sluice {

namespace {

std::vector<HashField> all_fields(const Hash& hash) {
    std::vector<HashField> fields;
    fields.reserve(hash.size());
    hash.for_each([&](const HashField& field) { fields.push_back(field); });
    return fields;
}

// Different fields. Few of many are drawn until they differ; else the first of a shuffle.
std::vector<HashField> distinct_sample(const Hash& hash, std::size_t count, RandomDraws& draws) {
    if (count >= hash.size()) return all_fields(hash);
    if (count > hash.size() / 3) {
        std::vector<HashField> fields = all_fields(hash);
        for (std::size_t i = 0; i < count; ++i) {
            std::swap(fields[i], fields[i + draws.below(fields.size() - i)]);
        }
        fields.resize(count);
        return fields;
    }
    std::vector<HashField> fields;
    std::set<std::string_view> names;
    while (fields.size() < count) {
        const HashField field = hash.at_random(draws.next());
        if (names.insert(field.name).second) fields.push_back(field);
    }
    return fields;
}

std::vector<HashField> sample(const Hash& hash, SampleSize size, RandomDraws& draws) {
    if (!size.may_repeat) return distinct_sample(hash, size.count, draws);
    std::vector<HashField> fields(size.count);
    if (hash.is_packed()) {
        // Each draw from a packed hash would walk through it.
        const std::vector<HashField> all = all_fields(hash);
        std::ranges::generate(fields, [&] { return all[draws.below(all.size())]; });
    } else {
        std::ranges::generate(fields, [&] { return hash.at_random(draws.next()); });
    }
    return fields;
}

void reply_one(CommandContext& context) {
    const auto found = find_hash(context, context.request[1]);
    if (!found) return;
    if (*found == nullptr) {
        context.reply.null();
        return;
    }
    RandomDraws draws(context);
    context.reply.bulk((*found)->hash()->at_random(draws.next()).name);
}

}  // namespace

void run_hrandfield(CommandContext& context) {
    const Request& request = context.request;
    if (request.size() == 2) {
        reply_one(context);
        return;
    }
    const auto size = sample_size_argument(context);
    if (!size) return;
    const bool with_values = request.size() == 4 && is_word(request[3], "withvalues");
    if (request.size() > 4 || (request.size() == 4 && !with_values)) {
        context.reply.error(error_text::syntax);
        return;
    }
    const auto found = find_hash(context, request[1]);
    if (!found) return;
    RandomDraws draws(context);
    std::vector<HashField> fields;
    if (*found != nullptr) fields = sample(*(*found)->hash(), *size, draws);

    // Pairs are nested in RESP3 and flat in RESP2.
    const bool nested = with_values && context.reply.is_resp3();
    context.reply.array(with_values && !nested ? fields.size() * 2 : fields.size());
    for (const HashField& field : fields) {
        if (nested) context.reply.array(2);
        context.reply.bulk(field.name);
        if (with_values) context.reply.bulk(field.value);
    }
}

}  // namespace sluice
