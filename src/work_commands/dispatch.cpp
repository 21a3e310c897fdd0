#include "work_commands/dispatch.hpp"

#include "server/server.hpp"

namespace sluice {

Dispatch& dispatch_of(const CommandContext& context) {
    for (const auto& background : context.server.background()) {
        if (auto* const dispatch = dynamic_cast<Dispatch*>(background.get())) return *dispatch;
    }
    SLUICE_CHECK(false, "the family of the work commands brings its dispatch along");
}

}  // namespace sluice
