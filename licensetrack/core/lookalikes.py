"""Names that look alike and are not the same: one skeleton for 市 and 巿, for А and A, for 0 and O."""

from __future__ import annotations

from functools import lru_cache

from licensetrack.core.names import name_key

# Signs of one group look the same at a clerk's screen; the first stands for all. Letters are folded to small ones
# before, and a Kangxi radical is the sign that it is made of (NFKC), so neither needs a group.
_HAN = (
    "市巿 未末 己已巳 土士 日曰 人入 千干于 天夭 王壬 戊戌戍 冶治 崇祟 祗祇 候侯 兔免 刺剌"
    " 壁璧 博搏 辨辩辫 汨汩 沐沭 茶荼 栗粟 徽徵 赢羸嬴 拔拨 署暑 龙尤 岗冈 育盲肓 戶户戸 吕呂"
    " 黄黃 吴吳 查査 强強 高髙 德徳 录彔録 清淸 教敎 产産產 杆秆 亳毫 孑子孓 毋母 支攴 盂孟"
    " 场埸 宣宜 晴睛 淮准 冷泠 洗冼 侍待 刀刁 段叚 叉又 遗遣 陡徒 郎朗 一ー 二ニ 三ミ"
    " 八ハ 力カ 口囗ロ 工エ 夕タ 卜ト 才オ"
)
_LETTERS = "aаα bьв cсϲ dԁ eеєε gɡ hһн iіıι1l| jј kкκ mм nпη oоοσ0〇○ pрρ qԛ rг sѕ tтτ uսυ vνѵ wԝω xхχ yуγ zᴢ"


def _table() -> dict[int, str]:
    table: dict[int, str] = {}
    for group in (_HAN + " " + _LETTERS).split():
        first = table.get(ord(group[0]), group[0])
        for sign in group:
            table.setdefault(ord(sign), first)
    return table


_FIRST = str.maketrans(_table())


@lru_cache(maxsize=65536)
def skeleton(text: str) -> str:
    """What is left of a name when signs that look the same are one sign: two names with one skeleton look alike.

    To find a mistake, not a name: 千里 and 干里 have one skeleton and may be two units.
    """
    return name_key(text).translate(_FIRST)
