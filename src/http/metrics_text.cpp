#include "http/metrics_text.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "event/result.hpp"

namespace sluice {
namespace {

bool is_name(std::string_view text) {
    const auto is_fine = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
    };
    return !text.empty() && text[0] >= 'a' && std::ranges::all_of(text, is_fine);
}

std::string_view name_of(MetricType type) {
    switch (type) {
        case MetricType::counter:
            return "counter";
        case MetricType::gauge:
            return "gauge";
        case MetricType::histogram:
            return "histogram";
    }
    return "untyped";
}

std::string number(double value) {
    std::array<char, 32> digits{};
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
    return {digits.data(), end};
}

std::string seconds(std::int64_t microseconds) {
    return number(static_cast<double>(microseconds) / 1e6);
}

std::string label_text(MetricsText::Labels labels) {
    std::string text;
    for (const auto& [name, value] : labels) {
        SLUICE_CHECK(is_name(name), "a label's name");
        text += (text.empty() ? "" : ",") + std::string(name) + "=\"";
        for (const char c : value) {
            if (c == '"' || c == '\\') text += '\\';
            text += c == '\n' ? ' ' : c;
        }
        text += '"';
    }
    return text;
}

}  // namespace

void MetricsText::family(std::string_view name, MetricType type, std::string_view help) {
    SLUICE_CHECK(is_name(name), "a metric's name");
    SLUICE_CHECK((type == MetricType::counter) == name.ends_with("_total"),
                 "counters, and only they, end with _total");
    name_ = name;
    text_ += "# HELP " + name_ + " " + std::string(help) + "\n";
    text_ += "# TYPE " + name_ + " " + std::string(name_of(type)) + "\n";
}

void MetricsText::line(std::string_view suffix, std::string_view labels, std::string_view value) {
    text_ += name_;
    text_ += suffix;
    if (!labels.empty()) text_ += "{" + std::string(labels) + "}";
    text_ += " ";
    text_ += value;
    text_ += "\n";
}

void MetricsText::sample(double value, Labels labels) {
    line("", label_text(labels), number(value));
}

void MetricsText::sample(std::uint64_t value, Labels labels) {
    line("", label_text(labels), std::to_string(value));
}

void MetricsText::histogram(const Histogram& histogram) {
    std::uint64_t count = 0;
    for (std::size_t i = 0; i < histogram.counts().size(); ++i) {
        count += histogram.counts()[i];
        const bool is_last = i == Histogram::bounds_us.size();
        const std::string bound = is_last ? "+Inf" : seconds(Histogram::bounds_us[i]);
        line("_bucket", "le=\"" + bound + "\"", std::to_string(count));
    }
    line("_sum", "", seconds(histogram.sum_us()));
    line("_count", "", std::to_string(count));
}

void MetricsText::counter(std::string_view name, std::uint64_t value, std::string_view help) {
    family(name, MetricType::counter, help);
    sample(value);
}

void MetricsText::gauge(std::string_view name, double value, std::string_view help) {
    family(name, MetricType::gauge, help);
    sample(value);
}

}  // namespace sluice
