#include "tidy/tree.hpp"

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <gtest/gtest.h>
#include <iterator>
#include <map>
#include <set>
#include <sstream>

#include "event/result.hpp"

namespace sluice::tidy {

namespace {

const std::string root = SLUICE_ROOT;

std::vector<std::string> split_lines(const std::string& text) {
    std::vector<std::string> lines;
    std::istringstream stream(text);
    for (std::string line; std::getline(stream, line);)
        lines.push_back(line);
    return lines;
}

std::string read_file(const std::string& path) {
    std::ifstream file(root + "/" + path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

// What `git ls-files` answers.
std::vector<std::string> tracked_paths() {
    const auto command = "git -c safe.directory='*' -C '" + root + "' ls-files -z";
    FILE* pipe = popen(command.c_str(), "r");
    SLUICE_CHECK(pipe != nullptr, "git runs");
    std::string output;
    char buffer[4096];
    while (const auto size = fread(buffer, 1, sizeof buffer, pipe))
        output.append(buffer, size);
    SLUICE_CHECK(pclose(pipe) == 0, "the tests of style need a git checkout");
    std::vector<std::string> paths;
    std::istringstream stream(output);
    for (std::string path; std::getline(stream, path, '\0');)
        paths.push_back(path);
    return paths;
}

// Blanks comments and the inside of literals, and keeps every line break.
class Blanker {
  public:
    explicit Blanker(const std::string& text) : text_(text) {}

    std::string blank() {
        while (at_ < text_.size())
            step();
        return std::move(code_);
    }

  private:
    void step() {
        const std::string_view rest = std::string_view(text_).substr(at_);
        const bool is_word_before =
            at_ > 0 && std::isalnum(static_cast<unsigned char>(text_[at_ - 1])) != 0;
        if (rest.starts_with("//")) {
            blank_to("\n", 0);
        } else if (rest.starts_with("/*")) {
            blank_to("*/", 2);
        } else if (rest.starts_with("R\"") && !is_word_before) {
            const auto delimiter = rest.substr(2, rest.find('(') - 2);
            blank_to(")" + std::string(delimiter) + "\"", delimiter.size() + 2);
        } else if (rest.front() == '"' || (rest.front() == '\'' && !is_word_before)) {
            blank_literal(rest.front());
        } else {
            code_ += text_[at_++];
        }
    }
    void blank_to(const std::string& end, std::size_t end_size) {
        const auto begin = at_ + 1;
        const auto found = text_.find(end, begin);
        const auto stop = found == text_.npos ? text_.size() : found + end_size;
        for (; at_ < stop; ++at_)
            code_ += text_[at_] == '\n' ? '\n' : ' ';
    }
    void blank_literal(char quote) {
        code_ += text_[at_++];
        while (at_ < text_.size() && text_[at_] != quote && text_[at_] != '\n') {
            const std::size_t size = text_[at_] == '\\' ? 2 : 1;
            code_.append(size, ' ');
            at_ += size;
        }
        if (at_ < text_.size()) code_ += text_[at_++];
    }

    const std::string& text_;
    std::string code_;
    std::size_t at_ = 0;
};

std::vector<SourceFile> read_all() {
    std::vector<SourceFile> files;
    for (const auto& path : tracked_paths()) {
        SourceFile file{.path = path, .text = read_file(path), .lines = {}, .code = {}};
        if (file.text.contains('\0')) continue;
        file.lines = split_lines(file.text);
        if (file.is_cpp()) file.code = split_lines(Blanker(file.text).blank());
        files.push_back(std::move(file));
    }
    return files;
}

// rule -> subjects
std::map<std::string, std::set<std::string>> read_exceptions() {
    std::map<std::string, std::set<std::string>> exceptions;
    for (auto line : split_lines(read_file("tests/tidy/exceptions.txt"))) {
        line = line.substr(0, line.find(" #"));
        const auto space = line.find(' ');
        if (line.starts_with('#') || space == line.npos) continue;
        exceptions[line.substr(0, space)].insert(line.substr(space + 1));
    }
    return exceptions;
}

}  // namespace

std::string_view SourceFile::name() const {
    return std::string_view(path).substr(path.rfind('/') + 1);
}

std::string_view SourceFile::folder() const {
    const auto slash = path.rfind('/');
    return std::string_view(path).substr(0, slash == path.npos ? 0 : slash);
}

const std::vector<SourceFile>& tracked_files() {
    static const std::vector<SourceFile> files = read_all();
    return files;
}

bool is_tracked(std::string_view path) {
    static const std::set<std::string, std::less<>> names = [] {
        std::set<std::string, std::less<>> found;
        for (std::string path_of : tracked_paths()) {
            found.insert(path_of);
            for (auto slash = path_of.rfind('/'); slash != path_of.npos;
                 slash = path_of.rfind('/')) {
                path_of.resize(slash);
                found.insert(path_of);
            }
        }
        return found;
    }();
    return path.empty() || names.contains(path);
}

std::string_view room_of(std::string_view path) {
    constexpr std::string_view rooms = "src/";
    if (!path.starts_with(rooms)) return {};
    const auto rest = path.substr(rooms.size());
    const auto slash = rest.find('/');
    return slash == rest.npos ? std::string_view{} : rest.substr(0, slash);
}

void Findings::add(std::string subject, std::string detail) {
    findings_.try_emplace(std::move(subject), std::move(detail));
}

void Findings::report() const {
    static const auto all = read_exceptions();
    const auto rule = all.find(rule_);
    auto unused = rule == all.end() ? std::set<std::string>{} : rule->second;
    const auto excused = unused;
    for (const auto& [subject, detail] : findings_) {
        unused.erase(subject);
        if (!excused.contains(subject)) ADD_FAILURE() << rule_ << " " << subject << "  " << detail;
    }
    for (const auto& subject : unused) {
        ADD_FAILURE() << "tests/tidy/exceptions.txt: no longer needed: " << rule_ << " " << subject;
    }
}

}  // namespace sluice::tidy
