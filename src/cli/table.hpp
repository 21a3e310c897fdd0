// Rows for people, as an aligned table, or for programs, as one JSON object a line.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "cli/terminal.hpp"

namespace sluice {

enum class Form : std::uint8_t { table, json_lines };

struct Cell {
    std::string text;  // safe to print
    std::string json;  // a JSON value
    Colour colour = Colour::none;
};

Cell text_cell(std::string_view text, Colour colour = Colour::none);
Cell count_cell(std::uint64_t count, Colour colour = Colour::none);
Cell bytes_cell(std::uint64_t bytes, Colour colour = Colour::none);
// In JSON: milliseconds.
Cell duration_cell(Duration duration, Colour colour = Colour::none);
Cell rate_cell(double per_second, Colour colour = Colour::none);
// "-" and null: the server does not know.
Cell unknown_cell();

class Table {
  public:
    enum class Align : std::uint8_t { left, right };
    struct Column {
        std::string_view heading;
        std::string_view json_key;
        Align align = Align::left;
    };

    explicit Table(std::initializer_list<Column> columns) : columns_(columns) {}

    // As many cells as there are columns.
    void add(std::vector<Cell> cells);
    bool empty() const { return rows_.empty(); }
    void print(const Terminal& terminal, Form form) const;

  private:
    void print_json() const;
    void print_table(const Terminal& terminal) const;

    std::vector<Column> columns_;
    std::vector<std::vector<Cell>> rows_;
};

}  // namespace sluice
