// What the demo shows: a greeting that says what to type next, events as they happen, and a line of
// totals. On a screen the totals stay at the bottom; elsewhere they come every ten seconds.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "cli/terminal.hpp"
#include "demo/demo_agents.hpp"
#include "event/time.hpp"

namespace sluice {

class DemoView {
  public:
    // `server_flag` is empty or " --server …", as the commands to type need it.
    DemoView(const Terminal& terminal, std::string server_flag, bool is_quiet);

    void greet(std::string_view webhooks, std::string_view server) const;
    void show(const DemoEvent& event, MonoTime now);
    void show_totals(const DemoCounts& counts, MonoTime now);
    void say_goodbye(const DemoCounts& counts);

  private:
    void clear_totals();
    std::string totals_of(const DemoCounts& counts, double per_second) const;

    Terminal terminal_;
    std::string server_flag_;
    bool is_quiet_;
    bool has_totals_ = false;
    // A screen is read by a person: a few lines a second of each stream.
    struct Budget {
        double ready = 2;
        MonoTime last{};
    };
    bool takes_line(const DemoEvent& event, MonoTime now);
    std::map<std::string, Budget, std::less<>> budgets_;
    MonoTime next_totals_{};
    MonoTime last_totals_{};
    std::uint64_t last_events_ = 0;
};

}  // namespace sluice
