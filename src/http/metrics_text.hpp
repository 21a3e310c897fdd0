// Writes metrics in the Prometheus text format.
//
// Shape      family() opens a family with HELP and TYPE; sample() and histogram() write what
//            belongs to it
// Promise    names and labels are checked: a wrong one is a mistake of ours and stops the process
//            in tests and in production alike
// Limit      the caller's: labels come from fixed sets, or their number is bounded
// Source     Prometheus exposition format 0.0.4; `promtool check metrics`
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

#include "http/histogram.hpp"

namespace sluice {

enum class MetricType : std::uint8_t { counter, gauge, histogram };

class MetricsText {
  public:
    using Labels = std::initializer_list<std::pair<std::string_view, std::string_view>>;

    void family(std::string_view name, MetricType type, std::string_view help);
    void sample(double value, Labels labels = {});
    void sample(std::uint64_t value, Labels labels = {});
    void histogram(const Histogram& histogram);

    // A family of one sample.
    void counter(std::string_view name, std::uint64_t value, std::string_view help);
    void gauge(std::string_view name, double value, std::string_view help);

    std::string take() { return std::move(text_); }

  private:
    void line(std::string_view suffix, std::string_view labels, std::string_view value);

    std::string text_;
    std::string name_;
};

}  // namespace sluice
