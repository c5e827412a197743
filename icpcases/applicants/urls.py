"""The addresses of the applicants' pages."""

from django.urls import path

from . import (
    application_views,
    apply,
    case_list,
    case_views,
    check,
    closing,
    home,
    message_views,
    paper_views,
    people_views,
    portfolio_views,
    privacy,
    tracking_views,
)

app_name = "applicants"
_CASE = "cases/<str:reference>/"
urlpatterns = [
    path("", home.home_page, name="home"),
    path("check/", check.check_page, name="check"),
    path("apply/", apply.apply_page, name="apply"),
    path("follow/", tracking_views.follow_page, name="follow"),
    path("follow/<str:reference>/", tracking_views.followed_page, name="followed"),
    path("invitation/<str:token>/", people_views.invitation_page, name="invitation"),
    path("invited/<int:pk>/", people_views.join_page, name="join"),
    path("privacy/", privacy.privacy_page, name="privacy"),
    path("filed/", portfolio_views.filed_page, name="filed"),
    path("filed/<int:pk>/", portfolio_views.own_portfolio_page, name="portfolio"),
    path("filed/next/", portfolio_views.next_errand_page, name="next"),
    path("cases/", case_list.cases_page, name="cases"),
    path(_CASE, case_views.case_page, name="case"),
    path(f"{_CASE}timeline/", case_views.timeline_page, name="timeline"),
    path(f"{_CASE}again/", closing.again_page, name="again"),
    path(f"{_CASE}application/", application_views.application_page, name="application"),
    path(f"{_CASE}application/sent/", application_views.receipt_page, name="receipt"),
    path(f"{_CASE}application/<str:name>/", application_views.application_part_page, name="part"),
    path(f"{_CASE}step/<str:step>/", case_views.own_step_page, name="step"),
    path(f"{_CASE}documents/", paper_views.own_papers_page, name="papers"),
    path(f"{_CASE}documents/add/", paper_views.hand_in_page, name="add_document"),
    path(f"{_CASE}documents/<int:document>/", paper_views.own_download, name="file"),
    path(f"{_CASE}documents/<int:document>/small/", paper_views.own_small_picture, name="small"),
    path(
        f"{_CASE}documents/<int:document>/take_back/", paper_views.take_back_page, name="take_back"
    ),
    path(f"{_CASE}requests/", paper_views.own_requests_page, name="requests"),
    path(f"{_CASE}requests/<int:number>/", paper_views.own_request_page, name="request"),
    path(f"{_CASE}messages/", message_views.own_messages_page, name="messages"),
    path(f"{_CASE}people/", people_views.own_people_page, name="people"),
]
