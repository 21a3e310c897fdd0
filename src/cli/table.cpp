#include "cli/table.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

#include "event/result.hpp"

namespace sluice {
namespace {

constexpr std::size_t cell_width_max = 48;  // a long name is cut, so that the columns stay in sight
constexpr std::string_view gap = "  ";

std::string aligned(std::string_view text, std::size_t width, Table::Align align) {
    const std::string spaces(width - std::min(width, width_of(text)), ' ');
    return align == Table::Align::right ? spaces + std::string(text) : std::string(text) + spaces;
}

}  // namespace

Cell text_cell(std::string_view text, Colour colour) {
    return {shown(text), json_text(text), colour};
}

Cell count_cell(std::uint64_t count, Colour colour) {
    return {shown_count(count), std::to_string(count), colour};
}

Cell bytes_cell(std::uint64_t bytes, Colour colour) {
    return {shown_bytes(bytes), std::to_string(bytes), colour};
}

Cell duration_cell(Duration duration, Colour colour) {
    return {shown_duration(duration), std::to_string(duration.ms()), colour};
}

Cell rate_cell(double per_second, Colour colour) {
    std::array<char, 32> json;
    std::snprintf(json.data(), json.size(), "%.3f", per_second);
    return {shown_rate(per_second), json.data(), colour};
}

Cell unknown_cell() {
    return {"-", "null", Colour::grey};
}

void Table::add(std::vector<Cell> cells) {
    SLUICE_CHECK(cells.size() == columns_.size(), "a row has one cell for each column");
    rows_.push_back(std::move(cells));
}

void Table::print(const Terminal& terminal, Form form) const {
    if (form == Form::json_lines) {
        print_json();
    } else {
        print_table(terminal);
    }
}

void Table::print_json() const {
    for (const auto& row : rows_) {
        std::string line = "{";
        for (std::size_t i = 0; i < columns_.size(); ++i) {
            if (i > 0) line += ',';
            line += '"' + std::string(columns_[i].json_key) + "\":" + row[i].json;
        }
        std::puts((line + "}").c_str());
    }
}

void Table::print_table(const Terminal& terminal) const {
    std::vector<std::size_t> widths;
    for (std::size_t i = 0; i < columns_.size(); ++i) {
        std::size_t width = width_of(columns_[i].heading);
        for (const auto& row : rows_) {
            width = std::max(width, std::min(width_of(row[i].text), cell_width_max));
        }
        widths.push_back(width);
    }
    std::string head;
    for (std::size_t i = 0; i < columns_.size(); ++i) {
        if (i > 0) head += gap;
        head += aligned(columns_[i].heading, widths[i], columns_[i].align);
    }
    std::puts(terminal.painted(head, Colour::bold).c_str());
    for (const auto& row : rows_) {
        std::string line;
        for (std::size_t i = 0; i < columns_.size(); ++i) {
            if (i > 0) line += gap;
            const std::string text = cut(row[i].text, cell_width_max);
            line += terminal.painted(aligned(text, widths[i], columns_[i].align), row[i].colour);
        }
        line.erase(line.find_last_not_of(' ') + 1);
        std::puts(line.c_str());
    }
}

}  // namespace sluice
