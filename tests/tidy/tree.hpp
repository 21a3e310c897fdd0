// The files that git tracks, as text, and the exceptions from the rules about them.
//
// Exceptions  tests/tidy/exceptions.txt: one "<rule> <subject>" a line, a reason after " # ".
//             A line that no longer excuses anything fails its rule, so the list can only shrink.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::tidy {

struct SourceFile {
    std::string path;  // from the root: "src/event/event.hpp"
    std::string text;
    std::vector<std::string> lines;
    // The lines with comments and the inside of strings blanked out; C++ files only.
    std::vector<std::string> code;

    bool ends_with(std::string_view suffix) const { return path.ends_with(suffix); }
    bool is_under(std::string_view folder) const { return path.starts_with(folder); }
    bool is_header() const { return ends_with(".hpp"); }
    bool is_cpp() const { return is_header() || ends_with(".cpp"); }
    bool is_test() const { return is_under("tests/"); }
    std::string_view name() const;
    std::string_view folder() const;
};

// Read once; text files only.
const std::vector<SourceFile>& tracked_files();
bool is_tracked(std::string_view path);

// "src/event/event.cpp" -> "event"; empty outside src/.
std::string_view room_of(std::string_view path);

// Gathers what breaks one rule, and holds it against the exceptions.
class Findings {
  public:
    explicit Findings(std::string rule) : rule_(std::move(rule)) {}
    // `subject` is what an exception would name; `detail` is for people.
    void add(std::string subject, std::string detail = {});
    // Fails the running test for each finding without an exception, and the other way round.
    void report() const;

  private:
    std::string rule_;
    std::map<std::string, std::string> findings_;  // subject -> the first detail
};

}  // namespace sluice::tidy
