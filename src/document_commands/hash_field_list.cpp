#include "document_commands/hash_field_list.hpp"

#include "server/number_argument.hpp"

namespace sluice {

std::optional<FieldNames> field_list_argument(CommandContext& context, std::size_t at,
                                              std::string_view bad_count) {
    const Request& request = context.request;
    const auto refuse = [&](std::string_view text) -> std::optional<FieldNames> {
        context.reply.error(text);
        return std::nullopt;
    };
    if (at + 1 >= request.size() || !is_word(request[at], "fields")) {
        return refuse("ERR Mandatory argument FIELDS is missing or not at the right position");
    }
    const auto count = parse_integer(request[at + 1]);
    if (!count || *count < 1) return refuse(bad_count);
    const FieldNames fields = request.from(at + 2);
    if (static_cast<std::uint64_t>(*count) != fields.size()) {
        return refuse("ERR The `numfields` parameter must match the number of arguments");
    }
    return fields;
}

}  // namespace sluice
