#include "demo/demo_view.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

#include "event/time_text.hpp"

namespace sluice {
namespace {

constexpr double lines_per_second = 1.5;  // of one stream
constexpr double lines_at_once = 3;
constexpr Duration totals_on_screen = Duration::from_ms(500);
constexpr Duration totals_elsewhere = Duration::from_seconds(10);

struct Lane {
    std::string_view stream;
    Colour colour;
};
constexpr std::array<Lane, 5> lanes = {{{DemoStory::github, Colour::magenta},
                                        {DemoStory::tasks, Colour::cyan},
                                        {DemoStory::tools, Colour::grey},
                                        {DemoStory::usage, Colour::yellow},
                                        {DemoStory::results, Colour::green}}};

Colour colour_of(const DemoEvent& event) {
    if (event.event.type == "task.failed") return Colour::red;
    for (const Lane& lane : lanes) {
        if (lane.stream == event.stream) return lane.colour;
    }
    return Colour::none;
}

std::string padded(std::string_view text, std::size_t width) {
    std::string out(text);
    out.append(width - std::min(width, width_of(out)), ' ');
    return out;
}

std::string dollars(std::uint64_t micro) {
    std::array<char, 32> text;
    const int size =
        std::snprintf(text.data(), text.size(), "$%.2f", static_cast<double>(micro) / 1e6);
    return std::string(text.data(), static_cast<std::size_t>(size));
}

}  // namespace

DemoView::DemoView(const Terminal& terminal, std::string server_flag, bool is_quiet)
    : terminal_(terminal), server_flag_(std::move(server_flag)), is_quiet_(is_quiet) {}

void DemoView::greet(std::string_view webhooks, std::string_view server) const {
    struct Hint {
        std::string_view command;
        std::string_view meaning;
    };
    static constexpr std::array<Hint, 5> hints = {{
        {"sluice streams", "what is there, how much, how fast"},
        {"sluice groups demo:tasks", "who works on it, who is behind"},
        {"sluice tail demo:results -f --type task.failed", "watch what goes wrong"},
        {"sluice publish demo:tasks --event-type task.assigned --agent you --task t-you title=Hi",
         "give the agents a task yourself"},
        {"sluice doctor", "is everything well?"},
    }};
    std::printf("%s\n", terminal_
                            .painted("The demo runs on " + shown(server) +
                                         ": GitHub webhooks "
                                         "become tasks, three agents work on them.",
                                     Colour::bold)
                            .c_str());
    std::printf("%.*s\n", static_cast<int>(webhooks.size()), webhooks.data());
    std::printf("In another terminal, try:\n");
    for (const Hint& hint : hints) {
        const std::string command = std::string(hint.command) + server_flag_;
        std::printf("  %s  %s\n", terminal_.painted(padded(command, 48), Colour::cyan).c_str(),
                    terminal_.painted(hint.meaning, Colour::grey).c_str());
    }
    std::printf("Any Redis client works too, for example redis-cli. Ctrl-C ends the demo.\n\n");
    std::fflush(stdout);
}

void DemoView::show(const DemoEvent& event, MonoTime now) {
    if (is_quiet_) return;
    if (!takes_line(event, now)) return;
    clear_totals();
    const std::string time = time_text(event.event.time).substr(11, 8);
    const std::string type = padded(event.event.type, 24);
    const std::string stream = padded(event.stream, 13);
    const std::size_t taken = 8 + 2 + 13 + 24;
    const std::size_t room = terminal_.width() > taken + 10 ? terminal_.width() - taken : 10;
    const std::string sentence =
        terminal_.is_screen() ? cut(shown(event.sentence), room) : shown(event.sentence);
    std::printf("%s  %s%s%s\n", terminal_.painted(time, Colour::grey).c_str(),
                terminal_.painted(stream, Colour::grey).c_str(),
                terminal_.painted(type, colour_of(event)).c_str(), sentence.c_str());
}

bool DemoView::takes_line(const DemoEvent& event, MonoTime now) {
    Budget& budget = budgets_[event.stream];
    const double seconds = static_cast<double>((now - budget.last).microseconds) / 1e6;
    budget.ready = std::min(budget.ready + seconds * lines_per_second, lines_at_once);
    budget.last = now;
    // A failure is told a little sooner than a success.
    if (budget.ready < (event.event.type == "task.failed" ? 0 : 1)) return false;
    budget.ready -= 1;
    return true;
}

void DemoView::show_totals(const DemoCounts& counts, MonoTime now) {
    if (now < next_totals_) return;
    const double seconds = static_cast<double>((now - last_totals_).microseconds) / 1e6;
    const double rate = last_totals_ == MonoTime{}
                            ? 0
                            : static_cast<double>(counts.events - last_events_) / seconds;
    next_totals_ = now + (terminal_.is_screen() ? totals_on_screen : totals_elsewhere);
    last_totals_ = now;
    last_events_ = counts.events;
    if (counts.events == 0) return;
    clear_totals();
    const std::string line = totals_of(counts, rate);
    if (terminal_.is_screen()) {
        std::printf("%s",
                    terminal_.painted(cut(line, terminal_.width() - 1), Colour::bold).c_str());
        has_totals_ = true;
    } else {
        std::printf("%s\n", line.c_str());
    }
    std::fflush(stdout);
}

void DemoView::say_goodbye(const DemoCounts& counts) {
    clear_totals();
    std::printf("%s\n", terminal_.painted(totals_of(counts, 0), Colour::bold).c_str());
    std::printf(
        "The streams stay. Look around:  sluice streams%s    Remove them:  redis-cli DEL "
        "demo:github demo:tasks demo:tools demo:usage demo:results\n",
        server_flag_.c_str());
}

void DemoView::clear_totals() {
    if (has_totals_) std::printf("\r\033[K");
    has_totals_ = false;
}

std::string DemoView::totals_of(const DemoCounts& counts, double per_second) const {
    std::string line = shown_count(counts.events) + " events";
    if (per_second > 0) line += " (" + shown_rate(per_second) + ")";
    line += ", tasks: " + shown_count(counts.tasks_done) + " done, " +
            shown_count(counts.tasks_failed) + " failed, " + shown_count(counts.tasks_in_hand) +
            " in hand, " + dollars(counts.micro_dollars) + " spent on models";
    return line;
}

}  // namespace sluice
