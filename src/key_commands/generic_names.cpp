#include "key_commands/generic_names.hpp"

#include "server/number_argument.hpp"

namespace sluice {

std::string_view type_name(ValueType type) {
    switch (type) {
        case ValueType::string:
            return "string";
        case ValueType::hash:
            return "hash";
        case ValueType::sorted_set:
            return "zset";
        case ValueType::stream:
            return "stream";
    }
    return "none";
}

std::optional<TenantNumber> database_argument(CommandContext& context, std::size_t at) {
    const auto number = integer_argument(context, at);
    if (!number) return std::nullopt;
    if (*number < 0 || *number >= databases_count) {
        context.reply.error("ERR DB index is out of range");
        return std::nullopt;
    }
    return static_cast<TenantNumber>(*number);
}

}  // namespace sluice
