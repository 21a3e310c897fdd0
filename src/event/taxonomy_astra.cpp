// Astra's message types: goals, tasks, phases, workers, LLM usage, and what its adapters bring in.
// SlackIncoming and TriggerReceived are our names for the entries of astra:slack:incoming and
// olympus:triggers:raw, which Astra left without a type.
#include <array>

#include "event/taxonomy_rows.hpp"

namespace sluice {

namespace {

using enum FieldType;
using enum Need;

constexpr DataField task_id{"task_id", text, required, "The task."};
constexpr DataField goal_id{"goal_id", text, required, "The goal."};
constexpr DataField worker_id{"worker_id", text, required, "The worker."};
constexpr DataField agent_id{"agent_id", text, optional, "The agent that the work belongs to."};
constexpr DataField org_id{"org_id", text, optional, "The organisation; becomes tenant_id."};
constexpr DataField error{"error", text, required, "What went wrong."};
constexpr DataField timestamp{"timestamp", time, optional, "When it happened."};
constexpr DataField metadata{"metadata", object, optional, "Anything else."};
constexpr DataField of_goal{"goal_id", text, optional, "The goal that the work belongs to."};
constexpr DataField of_task{"task_id", text, optional, "The task that it was done for."};
constexpr DataField by_worker{"worker_id", text, optional, "The worker that ran it."};

// ---- Goals.

constexpr std::array goal_created = {
    goal_id,
    DataField{"goal_text", text, optional, "The goal in words."},
    DataField{"cascade_id", text, optional, "The cascade of goals that it belongs to."},
    DataField{"depends_on_goal_ids", texts, optional, "Goals that must complete first."},
    DataField{"source_agent_id", text, optional, "The agent that set the goal."},
    DataField{"priority", integer, optional, "Lower is more urgent."},
    org_id,
};

constexpr std::array<std::string_view, 2> goal_ends = {"completed", "failed"};
constexpr std::array goal_completed = {
    goal_id,
    DataField{"cascade_id", text, optional, "The cascade of goals that it belongs to."},
    DataField{"status", text, required, "How it ended.", goal_ends},
    DataField{"result_summary", text, optional, "The result in words."},
    DataField{"timestamp", unix_time, optional, "When it ended."},
    org_id,
};

constexpr std::array plan = {goal_id, agent_id, metadata};

// ---- Tasks.

constexpr std::array task_scheduled = {
    task_id,
    DataField{"graph_id", text, optional, "The task graph that it belongs to."},
    agent_id,
    DataField{"task_type", text, optional, "What kind of work it is."},
    DataField{"payload", any, optional, "What the worker needs."},
    DataField{"priority", integer, optional, "Lower is more urgent; 100 when absent."},
    DataField{"created_at", time, optional, "When the task was made."},
    org_id,
};
constexpr std::array task_started = {task_id, worker_id, agent_id, of_goal, org_id};
constexpr std::array task_completed = {
    task_id,
    by_worker,
    agent_id,
    of_goal,
    DataField{"result", any, optional, "What the worker returned."},
    org_id,
};
constexpr std::array task_failed = {task_id, by_worker, agent_id, of_goal, error, org_id};
constexpr std::array task_retry = {
    task_id,
    DataField{"retries", integer, optional, "Retries so far, this one included."},
    DataField{"error", text, optional, "Why the last attempt failed."},
    org_id,
};
constexpr std::array task_dead_letter = {
    task_id,
    error,
    of_goal,
    DataField{"retries", integer, optional, "Retries that were used up."},
    DataField{"timestamp", unix_time, optional, "When it was given up."},
    org_id,
};
constexpr std::array task_requeued = {task_id, by_worker, org_id};
constexpr std::array task_cancelled = {
    task_id,
    DataField{"cancelled", boolean, required, "Always true."},
    org_id,
};

// ---- Phases.

constexpr DataField phase_name{"phase", text, required, "planning, execution, review, ..."};
constexpr std::array phase = {phase_name, of_goal, of_task, agent_id, org_id};
constexpr std::array phase_failed = {phase_name, of_goal, of_task, agent_id, error, org_id};
constexpr std::array phase_summary = {
    phase_name,
    of_goal,
    agent_id,
    DataField{"tasks_completed", integer, optional, "Tasks that succeeded in the phase."},
    DataField{"tasks_failed", integer, optional, "Tasks that failed in the phase."},
    DataField{"summary", any, optional, "The aggregate of the phase."},
    org_id,
};

// ---- LLM, workers, and the rest.

constexpr std::array llm_usage = {
    DataField{"request_id", text, required, "The request; usage is counted once per request."},
    agent_id,
    of_task,
    org_id,
    DataField{"user_id", text, optional, "The user that it was done for."},
    DataField{"model", text, required, "The model that answered."},
    DataField{"tokens_in", integer, required, "Tokens of the prompt."},
    DataField{"tokens_out", integer, required, "Tokens of the answer."},
    DataField{"latency_ms", integer, required, "How long the request took."},
    DataField{"cost_dollars", dollars, required, "What it cost."},
    timestamp,
};

constexpr std::array<std::string_view, 1> heartbeat_words = {"Heartbeat"};
constexpr std::array worker_heartbeat = {
    worker_id, DataField{"event_type", text, optional, "The word Heartbeat.", heartbeat_words},
    timestamp, of_task,
    metadata,  org_id,
};
constexpr std::array worker_registered = {
    worker_id,
    DataField{"capabilities", texts, optional, "general, code_generate, shell_exec, ..."},
    timestamp,
    org_id,
};
constexpr std::array worker_draining = {worker_id, timestamp, org_id};

constexpr std::array memory = {
    DataField{"agent_id", text, required, "The agent whose memory it is."},
    DataField{"key", text, optional, "What was read or written."},
    org_id,
};
constexpr std::array tool_requested = {
    of_task,
    agent_id,
    DataField{"tool_name", text, required, "The tool."},
    DataField{"arguments", any, optional, "What it was called with."},
    org_id,
};
constexpr std::array tool_completed = {
    of_task,
    agent_id,
    DataField{"tool_name", text, required, "The tool."},
    DataField{"result", any, optional, "What it returned."},
    DataField{"duration_ms", integer, optional, "How long it took."},
    org_id,
};
constexpr DataField evaluator_id{"evaluator_id", text, optional, "Who judges."};
constexpr std::array evaluation_requested = {task_id, evaluator_id, metadata, timestamp, org_id};
constexpr std::array evaluation_completed = {
    task_id,  evaluator_id, DataField{"result", any, required, "The judgement."},
    metadata, timestamp,    org_id,
};
constexpr std::array agent = {
    DataField{"agent_id", text, required, "The agent."},
    DataField{"event_type", text, optional, "What happened to it."},
    DataField{"payload", any, optional, "Anything else."},
    timestamp,
    org_id,
};

constexpr std::array slack_incoming = {
    DataField{"workspace_id", text, required, "The Slack workspace."},
    DataField{"channel_id", text, required, "The channel."},
    DataField{"user_id", text, required, "The Slack user."},
    DataField{"thread_ts", text, optional, "The thread, when the message stands in one."},
    DataField{"text", text, required, "What was said."},
    DataField{"agent_id", text, optional, "The agent that is bound to the channel."},
    DataField{"astra_user_id", text, optional, "The user, or slack:<user id>."},
    DataField{"bot_token_ref", text, optional, "Where the bot's token is kept."},
    DataField{"refresh_token_ref", text, optional, "Where the refresh token is kept."},
    DataField{"session_id", text, optional, "The session of the thread."},
};
constexpr std::array trigger_received = {
    DataField{"trigger_id", uuid, required, "The trigger."},
    DataField{"source_id", text, required, "The webhook source."},
    DataField{"source_name", text, optional, "Its name."},
    DataField{"payload", text, required, "The body as it came."},
    DataField{"received_at", unix_time, required, "When it came."},
};

constexpr EventType astra(std::string_view name, std::string_view doc,
                          std::span<const DataField> data) {
    return {.name = name, .system = System::astra, .doc = doc, .data = data};
}

constexpr std::array types = {
    astra("GoalCreated", "A new goal was submitted.", goal_created),
    astra("GoalCompleted", "A goal ended; cascades follow from it.", goal_completed),
    astra("PlanRequested", "A goal waits for its plan.", plan),
    astra("PlanGenerated", "A plan was made for a goal.", plan),
    astra("TaskCreated", "A task was made and waits for its dependencies.", task_scheduled),
    astra("TaskScheduled", "A task was put on the ready queue.", task_scheduled),
    astra("TaskStarted", "A worker claimed the task and began.", task_started),
    astra("TaskCompleted", "The worker returned a result.", task_completed),
    astra("TaskFailed", "The worker returned a failure, or timed out.", task_failed),
    astra("TaskRetry", "A failed task goes back to the queue.", task_retry),
    astra("TaskDeadLetter", "A task used up its retries.", task_dead_letter),
    astra("TaskRequeued", "The task of a lost worker was handed back.", task_requeued),
    astra("TaskCancelled", "A task was cancelled.", task_cancelled),
    astra("PhaseStarted", "An execution phase began.", phase),
    astra("PhaseCompleted", "A phase finished.", phase),
    astra("PhaseFailed", "A phase ended in failure.", phase_failed),
    astra("PhaseSummary", "What a phase did, at its end.", phase_summary),
    astra("LLMUsage", "The audit record of one request to a language model.", llm_usage),
    astra("WorkerHeartbeat", "A worker is alive.", worker_heartbeat),
    astra("WorkerRegistered", "A worker joined the pool.", worker_registered),
    astra("WorkerDraining", "A worker takes no more work.", worker_draining),
    astra("MemoryWrite", "An agent wrote to its memory.", memory),
    astra("MemoryRead", "An agent read from its memory.", memory),
    astra("ToolExecutionRequested", "A tool was called.", tool_requested),
    astra("ToolExecutionCompleted", "A tool returned.", tool_completed),
    astra("EvaluationRequested", "A result waits for judgement.", evaluation_requested),
    astra("EvaluationCompleted", "A result was judged.", evaluation_completed),
    astra("AgentSpawned", "An agent was started.", agent),
    astra("AgentStopped", "An agent stopped.", agent),
    astra("AgentError", "An agent failed.", agent),
    astra("SlackIncoming", "A message came from Slack.", slack_incoming),
    astra("TriggerReceived", "A webhook was received.", trigger_received),
};

}  // namespace

std::span<const EventType> astra_types() {
    return types;
}

}  // namespace sluice
