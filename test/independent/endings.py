"""What must hold when an append is over: nothing that should have been done in it is left undone."""
import election
import orders


def judge_end(group, say):
    """What no append may leave behind."""
    for kind, name in orders.overdue(group):
        say(f"{kind} {name} is over at {group.at_text}, but nothing in this append lifts it")
    if group.transfer and group.transfer.deadline and group.transfer.deadline <= group.at_text:
        say(f"the deadline of the transfer {group.transfer.id} is past, but nothing in this append ends it")
    if group.transfer and not (group.leader and group.leader.handover):
        say(f"the transfer {group.transfer.id} has not ended, but no handover is under way")
    if group.leader is None:
        _vacant(group, say)
    elif not group.leader.handover:
        _led(group, group.leader, say)


def _vacant(group, say):
    group.leaving = None
    if group.during("LeadershipEnded") and not group.during("GroupLeaderless"):
        say("a term ended in this append, and neither an election nor GroupLeaderless follows")
    if not group.pause:
        able = next((runner for runner in group.runners.values()
                     if not election.hindrance(group, runner, group.at)), None)
        if able:
            say(f"nobody leads after this append, but {able.id} may be elected")


def _led(group, leader, say):
    """A leader that may not lead is revoked in the same append."""
    runner, wanted = group.runners.get(leader.runner), None
    if runner is None or runner.incarnation != leader.incarnation:
        wanted = "is no member any more, or is a new process"
    elif runner.status != "active":
        wanted = "was given up"
    elif any(taint.effect == "NoLead" for taint in runner.taints.values()):
        wanted = "has a taint NoLead"
    elif group.pin and group.pin.mode == "strict" and group.pin.runner != runner.id and not group.pause:
        wanted = f"is pinned out by {group.pin.runner}"
    elif group.pause and group.command["type"] == "DrainGroup" and group.during("ElectionsPaused"):
        wanted = "was to be drained"
    if wanted:
        say(f"{leader.runner} {wanted}, but its term {leader.term} goes on as if nothing had happened")
