#include "cli/msgpack_text.hpp"

#include <array>
#include <charconv>
#include <cmath>

#include "cli/terminal.hpp"
#include "event/base64.hpp"
#include "event/msgpack.hpp"

namespace sluice {
namespace {

std::string base64_object(std::string_view head, std::string_view bytes) {
    return "{" + std::string(head) + "\"base64\":\"" + base64_encode(bytes) + "\"}";
}

std::string number_text(std::string_view value) {
    if (const auto whole = msgpack_integer(value)) return std::to_string(*whole);
    if (const auto whole = msgpack_unsigned(value)) return std::to_string(*whole);
    const double number = *msgpack_number(value);
    if (!std::isfinite(number)) return "null";
    std::array<char, 32> text{};
    const auto end = std::to_chars(text.data(), text.data() + text.size(), number).ptr;
    return {text.data(), end};
}

std::string extension_text(std::string_view value) {
    const auto body = *msgpack_extension(value);
    const int type = static_cast<signed char>(body.front());
    return base64_object("\"extension\":" + std::to_string(type) + ",", body.substr(1));
}

std::string array_text(std::string_view value) {
    std::string text = "[";
    for (const auto element : children_of_msgpack(value))
        text += (text.size() > 1 ? "," : "") + json_of_msgpack(element);
    return text + "]";
}

std::string map_text(std::string_view value) {
    const auto children = children_of_msgpack(value);
    std::string text = "{";
    for (std::size_t at = 0; at + 1 < children.size(); at += 2) {
        std::string name = json_of_msgpack(children[at]);
        if (!name.starts_with('"')) name = json_text(name);
        text += (text.size() > 1 ? "," : "") + name + ":" + json_of_msgpack(children[at + 1]);
    }
    return text + "}";
}

}  // namespace

std::string json_of_msgpack(std::string_view value) {
    switch (kind_of_msgpack(value)) {
        case MsgpackKind::nil:
            return "null";
        case MsgpackKind::boolean:
            return *msgpack_boolean(value) ? "true" : "false";
        case MsgpackKind::integer:
        case MsgpackKind::real:
            return number_text(value);
        case MsgpackKind::string:
            return json_text(*msgpack_string(value));
        case MsgpackKind::binary:
            return base64_object("", *msgpack_binary(value));
        case MsgpackKind::array:
            return array_text(value);
        case MsgpackKind::map:
            return map_text(value);
        case MsgpackKind::extension:
            break;
    }
    return extension_text(value);
}

}  // namespace sluice
