#include "event/text_list.hpp"

#include <algorithm>
#include <optional>

#include "event/json_string.hpp"
#include "event/json_text.hpp"

namespace sluice {

namespace {

bool commas_keep(const std::vector<std::string>& list) {
    if (list.empty() || list.front().starts_with('[')) return list.empty();
    return std::ranges::none_of(
        list, [](const std::string& text) { return text.empty() || text.contains(','); });
}

std::optional<std::vector<std::string>> parse_array(std::string_view text) {
    if (!text.starts_with('[')) return std::nullopt;
    const auto elements = split_json_array(text, {.bytes_max = text.size()});
    if (!elements) return std::nullopt;
    std::vector<std::string> list;
    for (const auto& element : *elements) {
        if (kind_of(element.value) != JsonKind::string) return std::nullopt;
        list.push_back(unescape_json(element.value.substr(1, element.value.size() - 2)));
    }
    return list;
}

}  // namespace

std::string join_text_list(const std::vector<std::string>& list) {
    if (!commas_keep(list)) return json_text_list(list);
    std::string text;
    for (const auto& element : list) {
        if (!text.empty()) text += ',';
        text += element;
    }
    return text;
}

std::vector<std::string> parse_text_list(std::string_view text) {
    if (auto list = parse_array(text)) return std::move(*list);
    std::vector<std::string> list;
    if (text.empty()) return list;
    for (std::size_t at = 0; at <= text.size();) {
        const auto comma = std::min(text.find(',', at), text.size());
        list.emplace_back(text.substr(at, comma - at));
        at = comma + 1;
    }
    return list;
}

std::string json_text_list(const std::vector<std::string>& list) {
    std::string text = "[";
    for (const auto& element : list) {
        if (text.size() > 1) text += ',';
        append_json_string(text, element);
    }
    return text + "]";
}

}  // namespace sluice
