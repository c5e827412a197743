"""What the public register said of clients who had filed before: all invented, some years old."""

import datetime as dt
from dataclasses import dataclass


@dataclass(frozen=True)
class ListedSite:
    """A website as the public register lists it, and the places of the providers that host it."""

    number: str
    name: str
    domains: tuple[str, ...]
    filed_on: dt.date
    providers: tuple[int, ...] = (2,)


@dataclass(frozen=True)
class FoundSubject:
    """A subject filing with its websites, entered so many working days ago."""

    firm: str
    number: str
    filed_on: dt.date
    services: tuple[ListedSite, ...]
    age: float = 60


def _branches(
    base: str, filed_on: dt.date, brand: str, key: str, places: str, provider: int
) -> tuple[ListedSite, ...]:
    """A site for each branch of a chain, filed a week after the one before."""
    return tuple(
        ListedSite(
            f"{base}-{n}", f"{brand}{place}店", (f"{key}-{n:02d}.example",),
            filed_on + dt.timedelta(weeks=n), (provider,),
        )
        for n, place in enumerate(places.split(), 1)
    )  # fmt: skip


_DISTRICTS = (
    "五华 盘龙 官渡 西山 呈贡 晋宁 富民 宜良 石林 嵩明 禄劝",
    "黄浦 徐汇 长宁 静安 普陀 虹口 杨浦 闵行 宝山 嘉定 浦东 金山 松江 青浦 奉贤 崇明 外滩 豫园 "
    "人民广场 新天地 淮海路 打浦桥 徐家汇 田林 中山公园 虹桥 曹家渡 镇宁路 长寿路 真如 四川北路 "
    "鲁迅公园 五角场 大柏树 莘庄 七宝 吴淞 南翔 陆家嘴 张江",
)
_Day = dt.date

FOUND = (
    FoundSubject("teaware", "京ICP备2021018364号", _Day(2021, 5, 20), (
        ListedSite("京ICP备2021018364号-1", "听雨茶具", ("tingyu-teaware.example",),
                   _Day(2021, 5, 20)),
    )),
    FoundSubject("lantern", "蜀ICP备19004417号", _Day(2019, 3, 11), (
        ListedSite("蜀ICP备19004417号-1", "自贡彩灯", ("zigong-light.example", "zigong-light.test"),
               _Day(2019, 3, 11), (1,)),
        ListedSite("蜀ICP备19004417号-2", "自贡灯会旧站", ("zigong-lanterns.test",),
               _Day(2020, 8, 4), (1,)),
        ListedSite("蜀ICP备19004417号-5", "彩灯商城", ("caideng-shop.example",),
               _Day(2022, 1, 17), (1, 2)),
    ), 48),
    FoundSubject("ferry", "浙ICP备20031152号", _Day(2020, 9, 2), (
        ListedSite("浙ICP备20031152号-1", "钱塘渡口", ("qiantang-ferry.example",),
               _Day(2020, 9, 2), (0,)),
    ), 45),
    FoundSubject("clock", "苏ICP备17052208号", _Day(2017, 11, 6), (
        ListedSite("苏ICP备17052208号-1", "老钟表行", ("taizhou-clocks.example",),
               _Day(2017, 11, 6), (1,)),
    ), 50),
    FoundSubject("whale", "京ICP备06012345号", _Day(2006, 3, 15), (
        # Listed under the commercial licence, as the register has it.
        ListedSite("京ICP证060788号-1", "蓝鲸在线", ("whale-online.example",),
                   _Day(2006, 9, 28), (0,)),
        ListedSite("京ICP证060788号-2", "蓝鲸论文", ("whale-papers.example",),
                   _Day(2014, 4, 21), (0, 2)),
    ), 58),
    FoundSubject("baozi", "津ICP备2023001907号", _Day(2023, 2, 14), (
        ListedSite("津ICP备2023001907号-1", "津门包子铺", ("jinmen-baozi.example",),
               _Day(2023, 2, 14), (1,)),
    ), 40),
    FoundSubject("metro", "辽ICP备16000873号", _Day(2016, 1, 25), (
        ListedSite("辽ICP备16000873号-1", "铁西零件", ("tiexi-parts.example",), _Day(2016, 1, 25)),
    ), 30),
    FoundSubject("opera", "皖ICP备18011630号", _Day(2018, 6, 1), (
        ListedSite("皖ICP备18011630号-1", "黄梅票友", ("huangmei-opera.test",),
                   _Day(2018, 6, 1), (0,)),
        ListedSite("皖ICP备18011630号-2", "黄梅新苗", ("huangmei-young.test",),
                   _Day(2019, 6, 3), (0,)),
    ), 25),
    FoundSubject("calligraphy", "皖ICP备2022009954号", _Day(2022, 7, 19), (
        ListedSite("皖ICP备2022009954号-1", "宣纸艺术", ("xuanzhi.example",),
                   _Day(2022, 7, 19), (1,)),
    ), 12),
    FoundSubject("kiln", "苏ICP备15026641号", _Day(2015, 5, 5), (
        ListedSite("苏ICP备15026641号-1", "龙窑紫砂", ("yixing-kiln.example",),
                   _Day(2015, 5, 5), (0,)),
    ), 22),
    FoundSubject("pavilion", "苏ICP备2020071185号", _Day(2020, 12, 8), (
        ListedSite("苏ICP备2020071185号-1", "亭台古建", ("亭台古建.example",),
                   _Day(2020, 12, 8), (1,)),
    ), 22),
    FoundSubject("inkstone", "粤ICP备14089023号", _Day(2014, 12, 1), (
        ListedSite("粤ICP备14089023号-1", "端砚旧站", ("duanyan-old.example",), _Day(2014, 12, 1)),
        ListedSite("粤ICP备14089023号-2", "端砚文房", ("duanyan.example",), _Day(2017, 3, 27)),
    ), 14),
    FoundSubject("umbrella", "蜀ICP备2021020016号", _Day(2021, 9, 9), (
        ListedSite("蜀ICP备2021020016号-1", "泸州油纸伞", ("luzhou-umbrella.example",),
               _Day(2021, 9, 9), ()),
    ), 15),
    FoundSubject("mixian", "滇ICP备18005506号", _Day(2018, 4, 2),
                 _branches("滇ICP备18005506号", _Day(2018, 4, 2), "过桥米线", "mixian",
                           _DISTRICTS[0], 1), 52),
    FoundSubject("lime", "沪ICP备2019034780号", _Day(2019, 9, 16),
                 _branches("沪ICP备2019034780号", _Day(2019, 9, 16), "青柠便利", "lime",
                           _DISTRICTS[1], 2), 35),
)  # fmt: skip
