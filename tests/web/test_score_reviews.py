"""A reviewer sets a score of their own on a page; what is wrong is told at its field, and nothing is written."""

from bs4 import BeautifulSoup

from tests.site import House


def test_a_reviewer_sets_a_score_beside_the_own_and_takes_it_back(own_full_house: House) -> None:
    house = own_full_house
    done = house.objects["completed_evaluation"]
    address = f"/evaluations/{done}/scores/C11"
    sheet = BeautifulSoup(house.get(f"/evaluations/{done}", "reviewer"), "html.parser")
    assert sheet.find("a", href=address)
    assert not BeautifulSoup(house.get(f"/evaluations/{done}", "auditor"), "html.parser").find("a", href=address)

    a22 = BeautifulSoup(house.get(f"/evaluations/{done}/scores/A22", "reviewer"), "html.parser").select_one("dl")
    assert a22 is not None
    assert "扣1分" in a22.get_text()  # the unit's reason with its figures, not with their names
    assert "{" not in a22.get_text()

    def send(score: str, reason: str, status: int) -> str:
        page = BeautifulSoup(house.get(address, "reviewer"), "html.parser").find("form", method="post", class_="card")
        hidden = {field["name"]: field["value"] for field in page.select("input[type=hidden]")}
        answer = house.client("reviewer").post(address, data=hidden | {"score": score, "reason": reason})
        assert answer.status_code == status
        return answer.text

    assert "填写审核得分须说明理由" in send("1", "", 422)
    assert "1000" in send("1000", "依据不足", 422)
    assert 'id="reason-error"' in send("1", "少覆盖999家单位", 422)
    assert "没有可撤回的审核得分" in send("", "", 422)
    send("1", "依据不足", 303)
    shown = house.get(f"/evaluations/{done}", "auditor")
    assert "自评得分" in shown
    assert "审核意见：依据不足" in shown
    send("", "", 303)
    assert "审核意见" not in house.get(f"/evaluations/{done}", "auditor")
