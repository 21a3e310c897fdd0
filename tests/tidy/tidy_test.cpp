// Sizes and places: how long, how wide, how deep, and that nothing lies about unused.
#include <algorithm>
#include <filesystem>
#include <gtest/gtest.h>
#include <regex>

#include "tidy/functions.hpp"
#include "tidy/tree.hpp"

namespace sluice::tidy {
namespace {

constexpr std::size_t columns_max = 100;
constexpr std::size_t header_lines_max = 400;
constexpr std::size_t source_lines_max = 600;
constexpr std::size_t test_lines_max = 1000;
constexpr std::size_t design_lines_max = 120;
constexpr std::size_t function_lines_max = 70;
constexpr std::size_t parameters_max = 6;
constexpr std::size_t nesting_max = 4;

// Code points, for text is UTF-8.
std::size_t width_of(std::string_view line) {
    return static_cast<std::size_t>(
        std::ranges::count_if(line, [](char c) { return (c & 0xC0) != 0x80; }));
}

bool is_code(const SourceFile& file) {
    if (file.path.contains("golden/")) return false;
    for (const auto* suffix : {".cpp", ".hpp", ".cmake", "CMakeLists.txt", ".py", ".sh", ".mjs"}) {
        if (file.ends_with(suffix)) return true;
    }
    return file.text.starts_with("#!");
}

std::size_t lines_max(const SourceFile& file) {
    if (file.name() == "DESIGN.md") return design_lines_max;
    if (!file.is_cpp()) return SIZE_MAX;
    if (file.is_test()) return test_lines_max;
    return file.is_header() ? header_lines_max : source_lines_max;
}

TEST(Tidy, lines_are_at_most_100_columns) {
    Findings findings("width");
    for (const auto& file : tracked_files()) {
        if (!is_code(file)) continue;
        for (std::size_t i = 0; i < file.lines.size(); ++i) {
            if (width_of(file.lines[i]) <= columns_max) continue;
            findings.add(file.path, "line " + std::to_string(i + 1));
        }
    }
    findings.report();
}

// The comment that a file begins with has words in the margin; a formatter may tear it apart.
TEST(Tidy, the_margin_of_a_files_first_comment_is_whole) {
    static const std::regex margin_word(R"(^// [A-Z][A-Za-z]+( [a-z]+)? {2,}\S.*)");
    static const std::regex goes_on(R"(^// {10,}\S.*)");
    static const std::regex word_within(R"(^//.*\S [A-Z][a-z]+ {3,}\S.*)");
    Findings findings("margin");
    for (const auto& file : tracked_files()) {
        if (!file.is_cpp()) continue;
        bool is_begun = false;
        for (const std::string_view line : file.lines) {
            if (!line.starts_with("//")) break;
            const bool is_margin_word = std::regex_match(line.begin(), line.end(), margin_word);
            const bool is_whole =
                is_margin_word || std::regex_match(line.begin(), line.end(), goes_on);
            is_begun = (is_begun || is_margin_word) && line != "//";
            if ((is_begun && !is_whole) ||
                std::regex_match(line.begin(), line.end(), word_within)) {
                findings.add(file.path, std::string(line));
            }
        }
    }
    findings.report();
}

TEST(Tidy, files_are_short) {
    Findings findings("length");
    for (const auto& file : tracked_files()) {
        if (file.lines.size() <= lines_max(file)) continue;
        findings.add(file.path, std::to_string(file.lines.size()) + " lines");
    }
    findings.report();
}

TEST(Tidy, functions_are_short_flat_and_take_few_parameters) {
    Findings length("function-length");
    Findings parameters("parameters");
    Findings nesting("nesting");
    for (const auto& file : tracked_files()) {
        for (const auto& function : functions_of(file.code)) {
            const auto subject = file.path + " " + function.name;
            const auto line = " at line " + std::to_string(function.line);
            if (function.lines > function_lines_max && !function.is_test()) {
                length.add(subject, std::to_string(function.lines) + " lines" + line);
            }
            if (function.parameters > parameters_max) {
                parameters.add(subject, std::to_string(function.parameters) + " parameters" + line);
            }
            if (function.nesting > nesting_max) {
                nesting.add(subject, std::to_string(function.nesting) + " levels" + line);
            }
        }
    }
    length.report();
    parameters.report();
    nesting.report();
}

TEST(Tidy, headers_say_what_they_are_for_and_are_read_once) {
    Findings findings("header");
    for (const auto& file : tracked_files()) {
        if (!file.is_header()) continue;
        if (!file.text.starts_with("// ")) findings.add(file.path, "does not begin with a comment");
        if (std::ranges::find(file.lines, "#pragma once") == file.lines.end()) {
            findings.add(file.path, "has no #pragma once");
        }
    }
    findings.report();
}

// A .cpp file belongs to a target when a CMakeLists.txt beside or above it says its name; a fuzz
// target is registered without its suffix.
bool is_in_cmake(const SourceFile& source) {
    std::string name(source.name().substr(0, source.name().find(".cpp")));
    const auto suffix = name.find("_fuzzer");
    const bool is_fuzzer = suffix != name.npos;
    const auto word =
        std::regex(is_fuzzer ? "\\(" + name.substr(0, suffix) + "\\b" : "\\b" + name + "\\.cpp\\b");
    const auto is_foreach = std::regex("\\$\\{[a-z]+\\}_test\\.cpp");
    for (const auto& file : tracked_files()) {
        if (file.name() != "CMakeLists.txt" || !source.folder().starts_with(file.folder()))
            continue;
        if (std::regex_search(file.text, word)) return true;
        const auto stem = name.substr(0, name.rfind("_test"));
        if (std::regex_search(file.text, is_foreach) &&
            std::regex_search(file.text, std::regex("\\b" + stem + "\\b"))) {
            return true;
        }
    }
    return false;
}

TEST(Tidy, every_source_file_is_built) {
    Findings findings("not-built");
    for (const auto& file : tracked_files()) {
        if (file.ends_with(".cpp") && !is_in_cmake(file)) findings.add(file.path);
    }
    findings.report();
}

// The target of a link as a path from the root; empty when it is not a file of ours.
std::string link_target(const SourceFile& page, std::string link) {
    link = link.substr(0, link.find('#'));
    if (link.empty() || link.contains("://") || link.starts_with("mailto:")) return {};
    return (std::filesystem::path(page.folder()) / link).lexically_normal().string();
}

TEST(Tidy, links_in_the_docs_lead_somewhere) {
    Findings findings("link");
    const std::regex link(R"(\]\(([^()\s]+)\))");
    for (const auto& file : tracked_files()) {
        if (!file.ends_with(".md")) continue;
        const auto end = std::sregex_iterator();
        for (auto at = std::sregex_iterator(file.text.begin(), file.text.end(), link); at != end;
             ++at) {
            auto target = link_target(file, (*at)[1]);
            while (target.ends_with('/'))
                target.pop_back();
            if (!target.empty() && !is_tracked(target)) findings.add(file.path + " " + target);
        }
    }
    findings.report();
}

}  // namespace
}  // namespace sluice::tidy
