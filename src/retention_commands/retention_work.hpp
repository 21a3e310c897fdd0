// Retention beside commands: some streams in each turn.
//
// Promise    a stream is within its limits, as far as its groups let go, at most some tenths of a
//            second later; while much is to be done, other work goes on between the slices
// Threads    the server's
#pragma once

#include "server/resident.hpp"

namespace sluice {

class RetentionWork final : public Resident {
  public:
    void attach(Server& server) override;
    void on_change(TenantNumber, std::string_view, Key*) override {}
    MonoTime deadline() const override { return due_; }
    void on_time() override;

  private:
    // False when there is more to do for it at once.
    bool look_after(Key& key);

    Server* server_ = nullptr;
    MonoTime due_{};
    KeyNumber next_ = 0;
};

}  // namespace sluice
