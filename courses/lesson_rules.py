"""The completion rules of each kind of lesson: whether they hold, and the sentence that says so."""

from collections.abc import Callable, Mapping
from typing import Any

from courses import coverage
from courses.model import (
    AssignmentBody,
    AudioBody,
    ClassroomBody,
    DocumentBody,
    Lesson,
    Played,
    QuizBody,
    SurveyBody,
    TextBody,
    VideoBody,
)
from courses.state import Handed, How, LessonState, RuleState

Figures = dict[str, float | int | str]
TESTED_OUT = "tested_out"


def how(lesson: Lesson, state: LessonState) -> How | None:
    """Return how the rules of a lesson are met, or None while they are not."""
    return _HOW[type(lesson.body)](lesson.body, state)


def rules(lesson: Lesson, state: LessonState, how: How | None) -> tuple[RuleState, ...]:
    """Return every rule of a lesson with its state."""
    if how == How.TESTED_OUT:
        return (RuleState(TESTED_OUT, True, "课前测验通过了，这一课不用再学。", {}),)
    if how == How.DECIDED:
        return (RuleState("decided", True, "本单位核实过，这一课算学完。", {}),)
    return _RULES[type(lesson.body)](lesson.body, state, how)


def tested_out(test: Lesson, needed: int, percent: int, number: int | None) -> RuleState:
    """Return the rule of a lesson that a pre-test stands for: which one, what she reached, at which go."""
    figures: Figures = {"percent": percent, "needed": needed, "paper": test.id}
    sentence = f"课前测验《{test.title}》考了 {percent} 分，{needed} 分就够，这一课不用再学。"
    if number is not None:
        figures["try"] = number
        sentence = (
            f"课前测验《{test.title}》第 {number} 次考了 {percent} 分，{needed} 分就够，这一课不用再学。"
        )
    return RuleState(TESTED_OUT, True, sentence, figures)


def spoken(seconds: float) -> str:
    """Return a position in words: 3分10秒."""
    minutes, rest = divmod(int(seconds), 60)
    return f"{minutes}分{rest:02d}秒" if minutes else f"{rest}秒"


def share_of(body: object) -> float:
    """Return the part of a film or recording that finishes its lesson; 1 for anything else."""
    return _share(body) if isinstance(body, Played) else 1.0


def _read(body: TextBody, state: LessonState) -> How | None:
    return How.READ if state.reached_end and state.read_seconds >= body.min_seconds else None


def _turned(body: DocumentBody, state: LessonState) -> How | None:
    if not state.reached_end or state.read_seconds < body.min_seconds or state.pages_read < state.pages:
        return None
    return How.TEXT_VERSION if state.pages_as_text else How.READ


def _turning(body: DocumentBody, state: LessonState, how: How | None) -> tuple[RuleState, ...]:
    stayed, ended = _reading(body, state, how)
    if not state.pages:
        return stayed, ended
    left = 0 if how else max(0, state.pages - state.pages_read)
    figures: Figures = {"seen": min(state.pages_read, state.pages), "pages": state.pages}
    if how == How.TEXT_VERSION:
        figures["how"] = "文字版"
    seen = RuleState("pages_seen", left == 0, _pages_sentence(state, left, how), figures)
    return seen, stayed, ended


def _pages_sentence(state: LessonState, left: int, how: How | None) -> str:
    if how == How.TEXT_VERSION:
        return f"{state.pages} 页都看过了，其中 {state.pages_as_text} 页看的是文字版。"
    if left == 0:
        return f"{state.pages} 页都看过了。"
    return f"一共 {state.pages} 页，还有 {left} 页没看。"


def _reading(body: TextBody | DocumentBody, state: LessonState, how: How | None) -> tuple[RuleState, ...]:
    done = how is not None
    left = max(0, round(body.min_seconds - state.read_seconds))
    stayed, ended = done or left == 0, done or state.reached_end
    end = "读到最后，再按“我读完了”。" if isinstance(body, TextBody) else "翻到最后一页，再按“我读完了”。"
    return (
        RuleState(
            "stayed",
            stayed,
            "读够了时间。" if stayed else f"再读 {left} 秒就够了，慢慢看。",
            {"seconds": round(state.read_seconds), "needed": body.min_seconds},
        ),
        RuleState("reached_end", ended, "读到了最后。" if ended else end, {}),
    )


def _share(body: Played) -> float:
    return body.watched_share if isinstance(body, VideoBody) else body.heard_share


def _played(body: Played, state: LessonState) -> How | None:
    if coverage.share(state.stretches, state.duration) >= _share(body):
        return How.WATCHED if isinstance(body, VideoBody) else How.HEARD
    read = bool(body.pages) and state.pages_read >= len(body.pages) and state.checks_right
    return How.TEXT_VERSION if read else None


def _playing(body: Played, state: LessonState, how: How | None) -> tuple[RuleState, ...]:
    part, needed = coverage.share(state.stretches, state.duration), _share(body)
    figures: Figures = {"share": round(part, 4), "needed": needed, "pages_read": state.pages_read}
    name, verb = ("watched", "看") if isinstance(body, VideoBody) else ("heard", "听")
    if how == How.TEXT_VERSION:
        return (RuleState(name, True, "用文字版学完了。", {**figures, "how": "文字版"}),)
    if how:
        return (RuleState(name, True, f"{verb}了 {int(part * 100)}%。", figures),)
    return (RuleState(name, False, _gap_sentence(body, state, part, verb), figures),)


def _gap_sentence(body: Played, state: LessonState, part: float, verb: str) -> str:
    if not state.stretches or state.duration <= 0:
        medium = "视频" if isinstance(body, VideoBody) else "录音"
        if state.pages_read:
            return (
                f"文字版读了 {state.pages_read} 页，共 {len(body.pages)} 页。读完，再答对检查题，就算学完。"
            )
        return f"{medium}还没{verb}。{verb}到 {int(_share(body) * 100)}% 就算学完。"
    holes = coverage.gaps(state.stretches, state.duration)
    if len(holes) == 1:
        return f"{spoken(holes[0][0])}到{spoken(holes[0][1])}还没{verb}，点这里补{verb}。"
    return f"{verb}了 {int(part * 100)}%，还有 {len(holes)} 段没{verb}，点这里补{verb}。"


def _passed(body: QuizBody, state: LessonState) -> How | None:
    return How.PASSED if state.best_percent is not None and state.best_percent >= body.pass_mark else None


def _scoring(body: QuizBody, state: LessonState, how: How | None) -> tuple[RuleState, ...]:
    figures: Figures = {"needed": body.pass_mark, "tries_used": state.tries_used}
    if state.best_percent is not None:
        figures["percent"] = state.best_percent
    return (RuleState("score", how is not None, _score_sentence(body, state, how), figures),)


def _score_sentence(body: QuizBody, state: LessonState, how: How | None) -> str:
    if how:
        return f"测验 {state.best_percent} 分，通过了。"
    if state.awaiting:
        return "卷子交了，有题目等老师看，看完就有成绩。"
    if body.tries is not None and state.tries_used >= body.tries + state.tries_added:
        return f"{body.tries + state.tries_added} 次机会用完了，请找老师帮您再开一次。"
    if state.best_percent is None:
        return f"测验还没考，{body.pass_mark} 分算通过。"
    return f"最好一次 {state.best_percent} 分，{body.pass_mark} 分算通过，可以再考。"


def _attended(body: ClassroomBody, state: LessonState) -> How | None:
    return How.ATTENDED if state.attended else None


def _attending(body: ClassroomBody, state: LessonState, how: How | None) -> tuple[RuleState, ...]:
    if state.withdrawn:
        after = "整门课当时已经学完，记录都留着。" if how else "到下一场现场学，老师记下签到就算学完。"
        sentence = f"老师后来更正：没有到场（{state.withdrawn}）。{after}"
    else:
        sentence = "到场学过了，签到已经记下。" if how else "这一课要到现场上，老师记下签到就算学完。"
    return (RuleState("attended", how is not None, sentence, {"minutes": body.minutes}),)


def _accepted(body: AssignmentBody, state: LessonState) -> How | None:
    enough = state.rubric_points is None or state.rubric_points >= body.pass_points
    return How.ACCEPTED if state.handed == Handed.ACCEPTED and enough else None


def _handing_in(body: AssignmentBody, state: LessonState, how: How | None) -> tuple[RuleState, ...]:
    figures: Figures = {"needed": body.pass_points, "handed": str(state.handed)}
    if state.rubric_points is not None:
        figures["points"] = state.rubric_points
    return (RuleState("accepted", how is not None, _handed_sentence(body, state, how), figures),)


def _handed_sentence(body: AssignmentBody, state: LessonState, how: How | None) -> str:
    if how:
        return "作业老师看过了，通过。"
    if state.handed == Handed.WAITING:
        return "作业交了，老师还没看，请等一等。"
    if state.handed == Handed.RETURNED:
        return "作业老师看过了，请按老师的话改一改再交。"
    if state.handed == Handed.ACCEPTED:
        return f"作业得了 {state.rubric_points} 分，{body.pass_points} 分算通过，请改一改再交。"
    return "作业还没交。交上去，老师看过就算学完。"


def _answered(body: SurveyBody, state: LessonState) -> How | None:
    return How.ANSWERED if state.answered else None


def _answering(body: SurveyBody, state: LessonState, how: How | None) -> tuple[RuleState, ...]:
    sentence = "问卷交了，谢谢您。" if how else f"问卷还没填，一共 {len(body.questions)} 个问题。"
    return (RuleState("answered", how is not None, sentence, {"questions": len(body.questions)}),)


# One line a kind; each pair of functions takes the body of its kind.
_HOW: Mapping[type, Callable[[Any, LessonState], How | None]] = {
    TextBody: _read,
    DocumentBody: _turned,
    VideoBody: _played,
    AudioBody: _played,
    QuizBody: _passed,
    ClassroomBody: _attended,
    AssignmentBody: _accepted,
    SurveyBody: _answered,
}
_RULES: Mapping[type, Callable[[Any, LessonState, How | None], tuple[RuleState, ...]]] = {
    TextBody: _reading,
    DocumentBody: _turning,
    VideoBody: _playing,
    AudioBody: _playing,
    QuizBody: _scoring,
    ClassroomBody: _attending,
    AssignmentBody: _handing_in,
    SurveyBody: _answering,
}
